import {Agenda} from './agenda.js';
import {encodeGetBlock, encodeGetHashes, parseBlock, parseHashes} from '../wire/block-messages.js';
import type {Conversation} from '../conversation/conversation.js';
import type {Device} from '../device/device.js';
import {type DiffOptions, topStepBytes} from './diff-options.js';
import {BlockHasher, type DigestAlgorithm} from '../hash/digest.js';
import {MAX_EXTENT_BYTES} from '../patch/patch-format.js';
import {extentLength} from '../patch/extent-length.js';
import type {PatchWriter} from '../patch/patch-writer.js';
import {protocolError} from '../wire/protocol-error.js';
import {type HashedBatch, RangeHasher} from '../hash/range-hasher.js';
import type {Question} from './request-window.js';
import type {RunningChecksum} from '../hash/running-checksum.js';

export interface ComparisonRequest {
  readonly conversation: Conversation;
  readonly device: Device;
  /** As far as both devices count. */
  readonly localBytes: number;
  readonly remoteBytes: number;
  readonly options: DiffOptions;
  readonly algorithm: DigestAlgorithm;
  readonly salt: Uint8Array;
  readonly patch: PatchWriter;
  /** Fed with the local data. */
  readonly checksum: RunningChecksum | undefined;
  /** Told the position up to which the top level has been compared. */
  readonly onCompared: (position: number) => void;
  readonly signal: AbortSignal | undefined;
}

export interface ComparisonTally {
  differingBlocks: number;
  differingBytes: number;
  digestBytes: number;
}

type HashQuestion = Extract<Question, {kind: 'hashes'}>;
type BlockQuestion = Extract<Question, {kind: 'block'}>;

/** Compares all blocks of the local device with a server's, and writes what differs to the patch. */
export class Comparison {
  readonly #request: ComparisonRequest;
  readonly #agenda: Agenda;
  readonly #hasher: RangeHasher;
  readonly #totalBytes: number;
  readonly #topStepBytes: number;
  /** Size of the device whose data goes into the patch. */
  readonly #carriedBytes: number;
  readonly #extentBuffer = Buffer.alloc(MAX_EXTENT_BYTES);
  readonly #tally: ComparisonTally = {differingBlocks: 0, differingBytes: 0, digestBytes: 0};

  constructor(request: ComparisonRequest) {
    const {device, localBytes, remoteBytes, options, algorithm, salt, signal} = request;
    this.#request = request;
    this.#totalBytes = Math.max(localBytes, remoteBytes);
    this.#topStepBytes = topStepBytes(options);
    this.#carriedBytes = options.remoteData ? remoteBytes : localBytes;
    this.#agenda = new Agenda({
      totalBytes: this.#totalBytes,
      topStepBytes: this.#topStepBytes,
      blockBytes: options.blockBytes,
      digestBytes: algorithm.digestBytes,
    });
    this.#hasher = new RangeHasher({
      device,
      sizeBytes: localBytes,
      hasher: new BlockHasher(algorithm, salt),
      zeroBlocks: options.zeroBlocks,
      signal,
    });
  }

  /** Resolves when everything is compared and every difference has been handed to the patch. */
  async run(): Promise<ComparisonTally> {
    if (this.#request.options.flushCache) this.#agenda.wantFlushCache();
    for (;;) {
      for (let question = this.#agenda.next(); question; question = this.#agenda.next()) await this.#ask(question);
      const question = this.#agenda.answered();
      if (!question) return this.#tally;
      await this.#takeAnswer(question);
    }
  }

  async #ask(question: Question): Promise<void> {
    await this.#request.conversation.send(
      question.kind === 'block' ? encodeGetBlock(question) : encodeGetHashes(question),
    );
  }

  async #takeAnswer(question: Question): Promise<void> {
    switch (question.kind) {
      case 'hashes': {
        const digests = await this.#receiveHashes(question);
        this.#tally.digestBytes += digests.length;
        await this.#compare(question, digests);
        if (!this.#request.options.flushCache)
          this.#agenda.wantRelease(question.start + question.step * question.count);
        return;
      }
      case 'hint':
        await this.#receiveHashes(question);
        return;
      case 'block':
        await this.#takeBlock(question);
        return;
      default:
        question satisfies never;
    }
  }

  async #receiveHashes(question: Exclude<Question, BlockQuestion>): Promise<Buffer> {
    const {start, step, count} = question;
    const what =
      count === 0
        ? `the echo of hint ${step} at ${start}`
        : `the hashes of ${count} blocks of ${step} bytes at ${start}`;
    const payload = await this.#request.conversation.receive('hashes', what);
    const {range, digests} = parseHashes(payload, this.#request.algorithm.digestBytes);
    if (range.start !== start || range.step !== step || range.count !== count) {
      const came = `start ${range.start}, step ${range.step}, count ${range.count}`;
      throw protocolError(`the server sent hashes that were not asked for (${came}) where ${what} were due`);
    }
    return Buffer.from(digests.buffer, digests.byteOffset, digests.length);
  }

  async #takeBlock({position, length}: BlockQuestion): Promise<void> {
    const what = `the block of ${length} bytes at ${position}`;
    const block = parseBlock(await this.#request.conversation.receive('block', what));
    if (block.position !== position || block.data.length !== length) {
      const came = `${block.data.length} bytes at ${block.position}`;
      throw protocolError(`the server sent a block that was not asked for (${came}) where ${what} was due`);
    }
    await this.#writeExtent(position, block.data);
  }

  async #compare(question: HashQuestion, remoteDigests: Buffer): Promise<void> {
    const {start, step} = question;
    const isTopLevel = step === this.#topStepBytes;
    for await (const batch of this.#hasher.hash(question, isTopLevel ? this.#request.checksum : undefined)) {
      const batchStart = start + batch.firstIndex * step;
      for (const run of differingRuns(batch, remoteDigests)) {
        const runStart = batchStart + run.first * step;
        const runEnd = Math.min(batchStart + run.end * step, this.#totalBytes);
        if (step !== this.#request.options.blockBytes) this.#lookCloser(runStart, runEnd, step);
        else await this.#takeDifference(runStart, runEnd, batch.data?.subarray(run.first * step));
      }
      if (isTopLevel) this.#request.onCompared(Math.min(batchStart + batch.count * step, this.#totalBytes));
    }
  }

  #lookCloser(runStart: number, runEnd: number, step: number): void {
    for (let position = runStart; position < runEnd; position += step) {
      this.#agenda.wantDetail(position, Math.min(position + step, runEnd));
    }
  }

  /** `data` begins with the compared bytes of the run, if they are still at hand. */
  async #takeDifference(runStart: number, runEnd: number, data: Buffer | undefined): Promise<void> {
    const {blockBytes, remoteData} = this.#request.options;
    this.#tally.differingBlocks += Math.ceil((runEnd - runStart) / blockBytes);
    const carriedEnd = Math.min(runEnd, this.#carriedBytes);
    if (remoteData) {
      this.#agenda.wantBlocks(runStart, carriedEnd);
      return;
    }
    for (let position = runStart; position < carriedEnd; ) {
      const length = extentLength(position, carriedEnd, blockBytes);
      const offset = position - runStart;
      await this.#writeExtent(
        position,
        data?.subarray(offset, offset + length) ?? (await this.#read(position, length)),
      );
      position += length;
    }
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    const extent = this.#extentBuffer.subarray(0, length);
    await this.#request.device.read(extent, position);
    return extent;
  }

  async #writeExtent(position: number, data: Uint8Array): Promise<void> {
    await this.#request.patch.extent(position, data);
    this.#tally.differingBytes += data.length;
  }
}

/** The runs of blocks in a batch, by their numbers in it, whose digests differ from those of the whole range. */
function* differingRuns({firstIndex, count, digests}: HashedBatch, remoteDigests: Buffer) {
  const digestBytes = digests.length / count;
  const differs = (index: number): boolean => {
    const remoteStart = (firstIndex + index) * digestBytes;
    const start = index * digestBytes;
    return digests.compare(remoteDigests, remoteStart, remoteStart + digestBytes, start, start + digestBytes) !== 0;
  };
  for (let first = 0; first < count; first += 1) {
    if (!differs(first)) continue;
    let end = first + 1;
    while (end < count && differs(end)) end += 1;
    yield {first, end};
    first = end;
  }
}
