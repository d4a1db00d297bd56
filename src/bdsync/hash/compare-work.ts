import {createHash, type Hash} from 'node:crypto';
import type {HashRange} from '../wire/block-messages.js';
import type {BlockJob, BlockOutcome, DifferingRun} from './block-job.js';
import type {BlockReader} from './block-reader.js';
import type {OnPiece} from './block-work.js';
import {MAX_KEPT_STEP_BYTES} from './kept-step.js';
import {pageAligned} from './page-aligned.js';

/** Both pieces together stay in the processor's second-level cache. */
const PIECE_BYTES = 131_072;

/** How the other device's blocks are digested. */
export interface OtherDigest {
  readonly digest: string;
  readonly salt: Uint8Array;
}

/** Compares blocks of two devices of this machine byte by byte; what is equal is not hashed. */
export class CompareWork {
  readonly #ours: BlockReader;
  readonly #theirs: BlockReader;
  readonly #ourData = pageAligned(MAX_KEPT_STEP_BYTES);
  readonly #theirPiece = pageAligned(PIECE_BYTES);
  readonly #otherDigest: OtherDigest | undefined;

  /** With `otherDigest`, runs have the digests of their blocks, too. */
  constructor(ours: BlockReader, theirs: BlockReader, otherDigest?: OtherDigest) {
    this.#ours = ours;
    this.#theirs = theirs;
    this.#otherDigest = otherDigest;
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
        runs.push({...run, first: first + run.first, end: first + run.end});
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
      const data = new Uint8Array(ours.subarray(first * step, end * step));
      runs.push({first, end, data, otherDigests: this.#digestBlocks(theirs.subarray(first * step, end * step), step)});
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
      const hash = this.#startDigest();
      for (let done = 0; done < step; done += PIECE_BYTES) {
        const position = start + index * step + done;
        const offset = isKept ? done : 0;
        const [ours, theirs] = this.#readBoth(position, Math.min(PIECE_BYTES, step - done), onPiece, offset);
        isEqual &&= ours.equals(theirs);
        hash?.update(theirs);
        yield;
      }
      if (isEqual) continue;
      const data = isKept ? new Uint8Array(this.#ourData.subarray(0, step)) : undefined;
      runs.push({first: index, end: index + 1, data, otherDigests: hash?.digest()});
    }
    return runs;
  }

  #digestBlocks(blocks: Buffer, step: number): Uint8Array | undefined {
    if (!this.#otherDigest) return undefined;
    const digests: Uint8Array[] = [];
    for (let start = 0; start < blocks.length; start += step) {
      const hash = this.#startDigest()?.update(blocks.subarray(start, start + step));
      if (hash) digests.push(hash.digest());
    }
    return Buffer.concat(digests);
  }

  #startDigest(): Hash | undefined {
    return this.#otherDigest && createHash(this.#otherDigest.digest).update(this.#otherDigest.salt);
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
