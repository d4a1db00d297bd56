import {BdsyncError} from '../errors.js';
import type {Extent} from './extents-and-runs.js';
import {journalEvents} from './undo-journal.js';

/** What a journal has saved, taken in its order: place for place as the patch goes through them, then what is cut off. */
export class SavedContent implements AsyncDisposable {
  readonly #path: string;
  readonly #records: AsyncGenerator<Extent, void>;
  /** What has not been taken yet of the record that was begun. */
  #rest: Extent | undefined;

  constructor(path: string, signal: AbortSignal | undefined) {
    this.#path = path;
    this.#records = journalRecords(path, signal);
  }

  /**
   * At least one byte of what was saved at `position`, which must be what comes next, and `maxBytes` at the most.
   *
   * @throws BdsyncError 'journal' where something else comes next; and what reading a journal throws.
   */
  async take(position: number, maxBytes: number): Promise<Uint8Array> {
    const next = await this.#next();
    if (next?.position !== position) throw this.#misfit(position);
    this.#rest = {position: position + maxBytes, data: next.data.subarray(maxBytes)};
    return next.data.subarray(0, maxBytes);
  }

  /** All that comes yet, none of it before `start`. Throws as `take` does. */
  async *rest(start: number): AsyncGenerator<Extent, void> {
    for (let next = await this.#next(); next; next = await this.#next()) {
      if (next.position < start) throw this.#misfit(next.position);
      this.#rest = undefined;
      yield next;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#records.return();
  }

  async #next(): Promise<Extent | undefined> {
    if (this.#rest && this.#rest.data.length > 0) return this.#rest;
    return (await this.#records.next()).value ?? undefined;
  }

  #misfit(position: number): BdsyncError {
    const trouble = `the undo journal ${this.#path} and its patch do not fit together at position ${position}`;
    return new BdsyncError('journal', trouble, {hint: 'nothing was touched'});
  }
}

async function* journalRecords(path: string, signal: AbortSignal | undefined): AsyncGenerator<Extent, void> {
  for await (const events of journalEvents(path, signal)) {
    for (const event of events) if (event.kind === 'record') yield event;
  }
}
