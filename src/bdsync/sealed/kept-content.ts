import {setImmediate as otherEvents} from 'node:timers/promises';
import type {Extent, SealedRun} from './extents-and-runs.js';

/** What is more does not stay in memory: of a patch, and of what tells of extents and of runs, some 300 bytes each. */
const MAX_PIECE_BYTES = 32 * 1024 * 1024;
const MAX_EVENTS = 16_384;
/** So many are handed out at once. */
const BATCH_EVENTS = 256;

/** What a patch says, gathered while it is checked: then a small one is read and decoded once only. */
export class KeptContent {
  #extents: Extent[] = [];
  #runs: SealedRun[] = [];
  #pieceBytes = 0;
  #isTooMuch = false;

  /** It does not hold all that was added. */
  get isTooMuch(): boolean {
    return this.#isTooMuch;
  }

  get extents(): AsyncGenerator<Extent[], void> {
    return inBatches(this.#extents);
  }

  get runs(): AsyncGenerator<SealedRun[], void> {
    return inBatches(this.#runs);
  }

  /** Memory that extents and runs show. Of a short read, all of the buffer stays. */
  addPiece({buffer}: Uint8Array): void {
    this.#pieceBytes += buffer.byteLength;
    this.#giveUpIfTooMuch();
  }

  addExtent(extent: Extent): void {
    if (this.#isTooMuch) return;
    this.#extents.push(extent);
    this.#giveUpIfTooMuch();
  }

  addRun(run: SealedRun): void {
    if (this.#isTooMuch) return;
    this.#runs.push(run);
    this.#giveUpIfTooMuch();
  }

  #giveUpIfTooMuch(): void {
    if (this.#pieceBytes <= MAX_PIECE_BYTES && this.#extents.length + this.#runs.length <= MAX_EVENTS) return;
    this.#isTooMuch = true;
    this.#extents = [];
    this.#runs = [];
  }
}

/** Where nothing has to be waited for, signals would be. */
async function* inBatches<Event>(events: readonly Event[]): AsyncGenerator<Event[], void> {
  for (let done = 0; done < events.length; done += BATCH_EVENTS) {
    await otherEvents();
    yield events.slice(done, done + BATCH_EVENTS);
  }
}
