import type {HashRange} from '../wire/block-messages.js';
import {throwIfCancelled} from '../cancellation.js';
import type {Device} from '../device/device.js';
import {type BlockHasher, updateWithZeros} from './digest.js';
import type {RunningChecksum} from './running-checksum.js';

/** Blocks are read and hashed by so many bytes at once; a larger block goes through in pieces. */
const BUFFER_BYTES = 1 << 20;

/** Some consecutive blocks of a range. All buffers are used again for the next batch. */
export interface HashedBatch {
  /** Number of the first block, counted from the start of the range. */
  readonly firstIndex: number;
  readonly count: number;
  /** `count` digests, one behind the other. */
  readonly digests: Buffer;
  /** The very bytes that were hashed; absent when they were too many to keep, or wholly past the end of the device. */
  readonly data: Buffer | undefined;
}

export interface RangeHasherOptions {
  readonly device: Device;
  /** What lies beyond counts as zeros, even where the device is longer. */
  readonly sizeBytes: number;
  readonly hasher: BlockHasher;
  /** Recognise blocks of zeros rather than digesting them. */
  readonly zeroBlocks: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads ranges of a device and digests their blocks, in memory that does not grow with the range or its blocks. */
export class RangeHasher {
  readonly #device: Device;
  readonly #sizeBytes: number;
  readonly #hasher: BlockHasher;
  readonly #zeroBlocks: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  constructor({device, sizeBytes, hasher, zeroBlocks, signal}: RangeHasherOptions) {
    this.#device = device;
    this.#sizeBytes = sizeBytes;
    this.#hasher = hasher;
    this.#zeroBlocks = zeroBlocks;
    this.#signal = signal;
  }

  /**
   * The digests of a range, batch by batch; `checksum` is fed with the same blocks.
   *
   * @throws BdsyncError 'read', 'cancelled', and 'protocol' when the checksum would miss something.
   */
  async *hash({start, step, count}: HashRange, checksum?: RunningChecksum): AsyncGenerator<HashedBatch, void> {
    checksum?.requireNoGap(start);
    const blocksPerBatch = Math.max(1, Math.floor(BUFFER_BYTES / step));
    let firstIndex = 0;
    while (firstIndex < count) {
      throwIfCancelled(this.#signal);
      const position = start + firstIndex * step;
      const batchCount = Math.min(blocksPerBatch, count - firstIndex);
      if (position >= this.#sizeBytes) {
        yield* this.#hashPastEnd({start: position, step, count: count - firstIndex}, firstIndex, checksum);
        return;
      }
      const blocks: HashRange = {start: position, step, count: batchCount};
      yield step > BUFFER_BYTES
        ? {firstIndex, count: 1, digests: await this.#hashInPieces(blocks, checksum), data: undefined}
        : {firstIndex, count: batchCount, ...(await this.#hashAtOnce(blocks, checksum))};
      firstIndex += batchCount;
    }
  }

  async #hashAtOnce({start, step, count}: HashRange, checksum: RunningChecksum | undefined) {
    const data = this.#buffer.subarray(0, count * step);
    await this.#read(data, start);
    const digests = Buffer.alloc(count * this.#hasher.digestBytes);
    const zeroDigest = this.#zeroBlocks ? await this.#hasher.zeroDigest(step, this.#signal) : undefined;
    this.#hasher.hashBlocks(data, step, count, digests, zeroDigest);
    checksum?.update(data, start);
    return {digests, data};
  }

  /** One block that is larger than the buffer. */
  async #hashInPieces({start, step}: HashRange, checksum: RunningChecksum | undefined): Promise<Buffer> {
    const hash = this.#hasher.startBlock();
    const dataBytes = Math.min(step, this.#sizeBytes - start);
    for (let done = 0; done < dataBytes; done += BUFFER_BYTES) {
      throwIfCancelled(this.#signal);
      const piece = this.#buffer.subarray(0, Math.min(BUFFER_BYTES, dataBytes - done));
      await this.#read(piece, start + done);
      hash.update(piece);
      checksum?.update(piece, start + done);
    }
    await updateWithZeros(hash, step - dataBytes, this.#signal);
    await checksum?.updateWithZeros(step - dataBytes, start + dataBytes, this.#signal);
    return hash.digest();
  }

  /** Blocks without any data are alike: one digest serves for all. */
  async *#hashPastEnd(
    {start, step, count}: HashRange,
    firstIndex: number,
    checksum: RunningChecksum | undefined,
  ): AsyncGenerator<HashedBatch, void> {
    const zeroDigest = await this.#hasher.zeroDigest(step, this.#signal);
    await checksum?.updateWithZeros(count * step, start, this.#signal);
    yield {firstIndex, count, digests: Buffer.alloc(count * zeroDigest.length, zeroDigest), data: undefined};
  }

  async #read(buffer: Buffer, position: number): Promise<void> {
    const length = Math.min(buffer.length, Math.max(0, this.#sizeBytes - position));
    if (length > 0) await this.#device.read(buffer.subarray(0, length), position);
    buffer.fill(0, length);
  }
}
