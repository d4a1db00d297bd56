import {setImmediate as otherEvents} from 'node:timers/promises';
import type {Extent, SealedRun} from './extents-and-runs.js';

/** What is more does not stay in memory: of a patch, and of what tells of extents and of runs, some 300 bytes each. */
const MAX_PIECE_BYTES = 32 * 1024 * 1024;
const MAX_EVENTS = 16_384;
/** So many are handed out at once. */
const BATCH_EVENTS = 256;

/**
 * What a patch says, gathered while it is checked: then a small one is read and decoded once only. Of a larger one
 * nothing is kept, and whoever asks for it hears that it is to be read.
 */
export class KeptContent {
  #content: {readonly extents: Extent[]; readonly runs: SealedRun[]} | undefined = {extents: [], runs: []};
  #pieceBytes = 0;

  /** Memory that extents and runs show. Of a short read, all of the buffer stays. */
  addPiece({buffer}: Uint8Array): void {
    this.#pieceBytes += buffer.byteLength;
    this.#giveUpIfTooMuch();
  }

  addExtent(extent: Extent): void {
    this.#content?.extents.push(extent);
    this.#giveUpIfTooMuch();
  }

  addRun(run: SealedRun): void {
    this.#content?.runs.push(run);
    this.#giveUpIfTooMuch();
  }

  /** Undefined where it is too much to be kept. */
  extents(): AsyncGenerator<Extent[], void> | undefined {
    return this.#content && inBatches(this.#content.extents);
  }

  /** As `extents`. */
  runs(): AsyncGenerator<SealedRun[], void> | undefined {
    return this.#content && inBatches(this.#content.runs);
  }

  #giveUpIfTooMuch(): void {
    if (this.#content === undefined) return;
    const {extents, runs} = this.#content;
    if (this.#pieceBytes <= MAX_PIECE_BYTES && extents.length + runs.length <= MAX_EVENTS) return;
    this.#content = undefined;
  }
}

/** Where nothing has to be waited for, signals would be. */
async function* inBatches<Event>(events: readonly Event[]): AsyncGenerator<Event[], void> {
  for (let done = 0; done < events.length; done += BATCH_EVENTS) {
    await otherEvents();
    yield events.slice(done, done + BATCH_EVENTS);
  }
}
