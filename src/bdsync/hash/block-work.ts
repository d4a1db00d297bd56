import type {BlockKernel} from '../kernels/block-kernel.js';
import type {HashRange} from '../wire/block-messages.js';
import type {BlockJob, BlockOutcome, DifferingRun} from './block-job.js';
import type {BlockReader} from './block-reader.js';
import {MAX_KEPT_STEP_BYTES} from './kept-step.js';

/** Digests of some consecutive blocks of a range; all memory is used again for the next ones. */
interface DigestedBatch {
  /** Number of the first block, counted from the start of the range. */
  readonly first: number;
  readonly count: number;
  readonly digests: Uint8Array;
  /** The bytes that were hashed; absent when they are unwanted or the blocks too large to keep. */
  readonly data: Uint8Array | undefined;
}

/** What a batch is read for. */
interface Purpose {
  readonly onPiece: OnPiece | undefined;
  /** Whether the bytes are wanted, too. */
  readonly keepsData: boolean;
}

/** Pieces of blocks are a multiple of every digest's own blocks, and of a page. */
const PIECE_ALIGNMENT = 4096;

/** Reads and digests blocks of one device, in memory that does not grow with the range or its blocks. */
export class BlockWork {
  readonly #kernel: BlockKernel;
  readonly #reader: BlockReader;
  readonly #cachedBytes: number;

  /** `cachedBytes` of the kernel's memory are used again and again; all of it only for large blocks whose bytes are wanted. */
  constructor(kernel: BlockKernel, reader: BlockReader, cachedBytes: number) {
    this.#kernel = kernel;
    this.#reader = reader;
    this.#cachedBytes = cachedBytes;
  }

  /** See Work. */
  *perform(job: BlockJob, onPiece?: OnPiece): Generator<void, BlockOutcome> {
    if (job.kind === 'match') return {kind: 'match', runs: yield* this.#match(job, onPiece)};
    return yield* this.#digest(job.range, onPiece);
  }

  /** The digests of a range, batch by batch; undefined where there is more to do before the next one. */
  *#batches({start, step, count}: HashRange, purpose: Purpose): Generator<DigestedBatch | undefined, void> {
    const {lanes} = this.#kernel;
    const atOnce = Math.floor(this.#cachedBytes / step);
    // Who wants all pieces from front to back gets one block after the other.
    const lanesInUse = purpose.onPiece ? 1 : lanes;
    const usesPieces = atOnce < lanesInUse;
    // No lane is without a block but in the last batch.
    const batchCount = usesPieces ? lanesInUse : Math.max(1, atOnce - (atOnce % lanes));
    const digests = new Uint8Array(Math.min(count, batchCount) * this.#kernel.digestBytes);
    for (let first = 0; first < count; first += batchCount) {
      const batch = {start: start + first * step, step, count: Math.min(batchCount, count - first)};
      const bytes = usesPieces
        ? yield* this.#digestPieces(batch, digests, purpose)
        : this.#digestAtOnce(batch, digests, purpose);
      yield {
        first,
        count: batch.count,
        digests: digests.subarray(0, batch.count * this.#kernel.digestBytes),
        data: bytes,
      };
    }
  }

  #digestAtOnce({start, step, count}: HashRange, digests: Uint8Array, {onPiece}: Purpose): Uint8Array {
    const data = this.#kernel.data.subarray(0, count * step);
    this.#reader.read(data, start);
    this.#kernel.hashBlocks({offset: 0, stepBytes: step, count, digests});
    onPiece?.(data, start);
    return data;
  }

  /** Blocks so large that there is no room for a whole one on each of the kernel's lanes: each lane gets a piece at a time. */
  *#digestPieces(
    {start, step, count}: HashRange,
    digests: Uint8Array,
    {onPiece, keepsData}: Purpose,
  ): Generator<undefined, Uint8Array | undefined> {
    const {data} = this.#kernel;
    const pieceBytes = Math.floor(this.#cachedBytes / count / PIECE_ALIGNMENT) * PIECE_ALIGNMENT;
    const isKept = keepsData && step <= MAX_KEPT_STEP_BYTES;
    // Pieces either lie where they do in the blocks, or take the place of those before.
    const strideBytes = isKept ? step : pieceBytes;
    this.#kernel.beginPieces(count);
    for (let done = 0; done < step; done += pieceBytes) {
      const lengthBytes = Math.min(pieceBytes, step - done);
      const offset = isKept ? done : 0;
      for (let index = 0; index < count; index += 1) {
        const place = offset + index * strideBytes;
        const piece = data.subarray(place, place + lengthBytes);
        const position = start + index * step + done;
        this.#reader.read(piece, position);
        onPiece?.(piece, position);
      }
      this.#kernel.updatePieces({offset, strideBytes, lengthBytes});
      yield undefined;
    }
    this.#kernel.finishPieces(digests);
    return isKept ? data.subarray(0, count * step) : undefined;
  }

  *#digest(range: HashRange, onPiece: OnPiece | undefined): Generator<void, BlockOutcome> {
    const {digestBytes} = this.#kernel;
    const digests = new Uint8Array(range.count * digestBytes);
    for (const batch of this.#batches(range, {onPiece, keepsData: false})) {
      if (batch) digests.set(batch.digests, batch.first * digestBytes);
      yield;
    }
    return {kind: 'digest', digests};
  }

  *#match(
    {range, digests, wantsData}: Extract<BlockJob, {kind: 'match'}>,
    onPiece: OnPiece | undefined,
  ): Generator<void, DifferingRun[]> {
    const runs: DifferingRun[] = [];
    for (const batch of this.#batches(range, {onPiece, keepsData: wantsData})) {
      yield;
      if (!batch) continue;
      for (const {first, end} of differingRuns(batch, digests)) {
        // A copy: what is sent is what was compared, and its memory is about to be used again.
        const data = wantsData ? batch.data?.slice(first * range.step, end * range.step) : undefined;
        runs.push({first: batch.first + first, end: batch.first + end, data});
      }
    }
    return runs;
  }
}

/** Gets what is read, in order. */
export type OnPiece = (data: Uint8Array, position: number) => void;

/** The runs of blocks in a batch, by their numbers in it, whose digests differ from those of the whole range. */
function* differingRuns(
  {first: firstInRange, count, digests}: DigestedBatch,
  theirs: Uint8Array,
): Generator<{first: number; end: number}, void> {
  const digestBytes = digests.length / count;
  const theirStart = firstInRange * digestBytes;
  for (let first = firstDifference(0); first < count; first = firstDifference(first + 1)) {
    let end = first + 1;
    while (end < count && differs(end)) end += 1;
    yield {first, end};
    first = end;
  }

  function firstDifference(from: number): number {
    let index = from;
    while (index < count && !differs(index)) index += 1;
    return index;
  }

  /** Byte by byte: to call Node for so few would take longer. */
  function differs(index: number): boolean {
    const start = index * digestBytes;
    for (let at = start; at < start + digestBytes; at += 1) {
      if (digests[at] !== theirs[theirStart + at]) return true;
    }
    return false;
  }
}
