import {Agenda} from './agenda.js';
import {DifferenceWriter} from './difference-writer.js';
import {encodeGetBlock, encodeGetHashes, parseBlock, parseHashes} from '../wire/block-messages.js';
import {PassChooser} from './pass-chooser.js';
import type {Sealing} from './sealing.js';
import type {Conversation} from '../conversation/conversation.js';
import type {Device} from '../device/device.js';
import {type DiffOptions, topStepBytes} from './diff-options.js';
import type {DifferingRun} from '../hash/block-job.js';
import {BlockEngine, partsOf, type RangePart} from '../hash/block-engine.js';
import type {DigestAlgorithm} from '../hash/digest.js';
import {Fifo} from '../fifo.js';
import type {PatchWriter} from '../patch/patch-writer.js';
import {protocolError} from '../wire/protocol-error.js';
import type {Question} from './request-window.js';
import type {RunningChecksum} from '../hash/running-checksum.js';
import type {WorkerCrew} from '../hash/worker-crew.js';

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
  /** Told what differs, if the patch is to be sealed. */
  readonly sealing: Sealing | undefined;
  /** Fed with the local data. */
  readonly checksum: RunningChecksum | undefined;
  /** Told the position up to which the top level has been compared. */
  readonly onCompared: (position: number) => void;
  readonly signal: AbortSignal | undefined;
  readonly crew: WorkerCrew;
}

export interface ComparisonTally {
  readonly differingBlocks: number;
  readonly differingBytes: number;
  readonly digestBytes: number;
}

interface PartUnderWay {
  readonly part: RangePart;
  readonly isTopLevel: boolean;
  /** The server's, of this part. */
  readonly digests: Uint8Array;
  readonly runs: Promise<readonly DifferingRun[]>;
}

type HashQuestion = Extract<Question, {kind: 'hashes'}>;
type BlockQuestion = Extract<Question, {kind: 'block'}>;

/** Compares all blocks of the local device with a server's, and writes what differs to the patch. */
export class Comparison implements AsyncDisposable {
  readonly #request: ComparisonRequest;
  readonly #agenda: Agenda;
  readonly #engine: BlockEngine;
  /** Parts that are being compared, in the order of their positions. */
  readonly #underWay = new Fifo<PartUnderWay>();
  readonly #totalBytes: number;
  /** Where the answers of the top level have come to: the next one of it begins there, all others lie below. */
  #topAnswered = 0;
  readonly #passes: PassChooser | undefined;
  readonly #writer: DifferenceWriter;
  #digestBytes = 0;

  constructor(request: ComparisonRequest) {
    const {device, localBytes, remoteBytes, options, algorithm, salt, signal, crew} = request;
    this.#request = request;
    this.#totalBytes = Math.max(localBytes, remoteBytes);
    const topStep = topStepBytes(options);
    this.#passes = options.adaptsPasses ? new PassChooser(topStep, options.blockBytes) : undefined;
    this.#writer = new DifferenceWriter({
      patch: request.patch,
      device,
      blockBytes: options.blockBytes,
      carriedBytes: options.remoteData ? remoteBytes : localBytes,
    });
    this.#agenda = new Agenda({
      totalBytes: this.#totalBytes,
      nextTopStepBytes: () => this.#passes?.nextStepBytes() ?? topStep,
      blockBytes: options.blockBytes,
      digestBytes: algorithm.digestBytes,
    });
    this.#engine = new BlockEngine({
      descriptor: device.descriptor,
      path: device.path,
      sizeBytes: localBytes,
      digest: algorithm.name,
      salt,
      isDirect: options.flushCache,
      totalBytes: this.#totalBytes,
      checksum: request.checksum,
      signal,
      crew,
    });
  }

  /** Resolves when everything is compared and every difference has been handed to the patch. */
  async run(): Promise<ComparisonTally> {
    if (this.#request.options.flushCache) this.#agenda.wantFlushCache();
    for (;;) {
      for (let question = this.#agenda.next(); question; question = this.#agenda.next()) await this.#ask(question);
      const question = this.#agenda.answered();
      if (question) {
        await this.#takeAnswer(question);
      } else {
        // What is found now may have to be asked about.
        if (this.#underWay.size === 0) return this.#tally();
        await this.#finishParts(0);
      }
    }
  }

  #tally(): ComparisonTally {
    const {differingBlocks, differingBytes} = this.#writer;
    return {differingBlocks, differingBytes, digestBytes: this.#digestBytes};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
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
        this.#digestBytes += digests.length;
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
    await this.#writer.writeExtent(position, block.data);
  }

  /** Starts to compare a range, and goes on with others while that lasts. What is found is taken in order. */
  async #compare(question: HashQuestion, remoteDigests: Buffer): Promise<void> {
    const {start, step, count} = question;
    const isTopLevel = start === this.#topAnswered;
    if (isTopLevel) this.#topAnswered = start + step * count;
    const isDetail = step === this.#request.options.blockBytes;
    const {digestBytes} = this.#request.algorithm;
    for (const part of partsOf(question)) {
      // A copy: a thread would be given all of the message.
      const digests = new Uint8Array(
        remoteDigests.subarray(part.first * digestBytes, (part.first + part.count) * digestBytes),
      );
      const runs = this.#engine.match({
        range: part,
        digests,
        wantsData: isDetail && !this.#request.options.remoteData,
        feedsChecksum: isTopLevel,
      });
      // It is awaited in its turn, which an earlier failure may prevent.
      runs.catch(() => {});
      this.#underWay.push({part, isTopLevel, digests, runs});
      await this.#finishParts(this.#engine.lookAhead);
    }
    // What must be asked about is known before the server is told that it may forget the range.
    if (!isDetail || this.#request.options.remoteData) await this.#finishParts(0);
  }

  async #finishParts(leftUnderWay: number): Promise<void> {
    while (this.#underWay.size > leftUnderWay) {
      const next = this.#underWay.shift();
      if (next) await this.#finishPart(next);
    }
  }

  async #finishPart({part, isTopLevel, digests, runs}: PartUnderWay): Promise<void> {
    const {start, step, count} = part;
    const {blockBytes, remoteData} = this.#request.options;
    const {digestBytes} = this.#request.algorithm;
    let differing = 0;
    for (const {first, end, data} of await runs) {
      differing += end - first;
      const runStart = start + first * step;
      const runEnd = Math.min(start + end * step, this.#totalBytes);
      if (step !== blockBytes) {
        this.#lookCloser(runStart, runEnd, step);
      } else if (remoteData) {
        this.#agenda.wantBlocks(runStart, this.#writer.count(runStart, runEnd));
      } else {
        await this.#request.sealing?.note(runStart, digests.subarray(first * digestBytes, end * digestBytes));
        await this.#writer.writeRun(runStart, runEnd, data);
      }
    }
    if (step !== blockBytes) this.#passes?.note(count, differing);
    if (isTopLevel) this.#request.onCompared(Math.min(start + count * step, this.#totalBytes));
  }

  #lookCloser(runStart: number, runEnd: number, step: number): void {
    for (let position = runStart; position < runEnd; position += step) {
      this.#agenda.wantDetail(position, Math.min(position + step, runEnd));
    }
  }
}
