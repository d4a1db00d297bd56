import type {HashRange} from '../wire/block-messages.js';
import type {BlockJob, BlockOutcome, DifferingRun} from './block-job.js';
import type {BlockReader} from './block-reader.js';
import type {OnPiece} from './block-work.js';
import {MAX_KEPT_STEP_BYTES} from './kept-step.js';

/** Both pieces together stay in the processor's second-level cache. */
const PIECE_BYTES = 131_072;

/** Compares blocks of two devices of this machine byte by byte: nothing is hashed. */
export class CompareWork {
  readonly #ours: BlockReader;
  readonly #theirs: BlockReader;
  readonly #ourData = pageAligned(MAX_KEPT_STEP_BYTES);
  readonly #theirPiece = pageAligned(PIECE_BYTES);

  constructor(ours: BlockReader, theirs: BlockReader) {
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /** See Work; pieces are ours. */
  *perform({range}: BlockJob, onPiece?: OnPiece): Generator<void, BlockOutcome> {
    const isLarge = range.step > PIECE_BYTES;
    const runs = yield* isLarge ? this.#compareLarge(range, onPiece) : this.#compareSmall(range, onPiece);
    return {kind: 'match', runs};
  }

  *#compareSmall({start, step, count}: HashRange, onPiece: OnPiece | undefined): Generator<void, DifferingRun[]> {
    const runs: DifferingRun[] = [];
    const perPiece = Math.floor(PIECE_BYTES / step);
    for (let first = 0; first < count; first += perPiece) {
      const blocks = {start: start + first * step, step, count: Math.min(perPiece, count - first)};
      for (const run of this.#compareAtOnce(blocks, onPiece)) {
        runs.push({first: first + run.first, end: first + run.end, data: run.data});
      }
      yield;
    }
    return runs;
  }

  #compareAtOnce({start, step, count}: HashRange, onPiece: OnPiece | undefined): DifferingRun[] {
    const [ours, theirs] = this.#readBoth(start, count * step, onPiece);
    if (ours.equals(theirs)) return [];
    const runs: DifferingRun[] = [];
    const differs = (index: number): boolean =>
      ours.compare(theirs, index * step, (index + 1) * step, index * step, (index + 1) * step) !== 0;
    for (let first = 0; first < count; first += 1) {
      if (!differs(first)) continue;
      let end = first + 1;
      while (end < count && differs(end)) end += 1;
      // A copy: what is sent is what was compared, and its memory is about to be used again.
      runs.push({first, end, data: new Uint8Array(ours.subarray(first * step, end * step))});
      first = end;
    }
    return runs;
  }

  /** Blocks that are compared piece by piece; the pieces of ours are kept where there is room for all of a block. */
  *#compareLarge({start, step, count}: HashRange, onPiece: OnPiece | undefined): Generator<void, DifferingRun[]> {
    const runs: DifferingRun[] = [];
    const isKept = step <= MAX_KEPT_STEP_BYTES;
    for (let index = 0; index < count; index += 1) {
      let isEqual = true;
      for (let done = 0; done < step; done += PIECE_BYTES) {
        const position = start + index * step + done;
        const offset = isKept ? done : 0;
        const [ours, theirs] = this.#readBoth(position, Math.min(PIECE_BYTES, step - done), onPiece, offset);
        isEqual &&= ours.equals(theirs);
        yield;
      }
      const data = isKept && !isEqual ? new Uint8Array(this.#ourData.subarray(0, step)) : undefined;
      if (!isEqual) runs.push({first: index, end: index + 1, data});
    }
    return runs;
  }

  /** `offset`: where to put ours. */
  #readBoth(position: number, length: number, onPiece: OnPiece | undefined, offset = 0): [Buffer, Buffer] {
    const ours = this.#ourData.subarray(offset, offset + length);
    const theirs = this.#theirPiece.subarray(0, length);
    this.#ours.read(ours, position);
    this.#theirs.read(theirs, position);
    onPiece?.(ours, position);
    return [ours, theirs];
  }
}

/** WebAssembly's memory begins on a page's boundary; that of a Buffer does not. */
function pageAligned(bytes: number): Buffer {
  const pages = Math.ceil(bytes / 65_536);
  const memory = new WebAssembly.Memory({initial: pages, maximum: pages});
  return Buffer.from(memory.buffer, 0, bytes);
}
