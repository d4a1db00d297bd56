import {PatchDecoder, type PatchEvent} from './patch-decoder.js';
import type {PatchHeader} from './patch-format.js';
import {patchInput} from './patch-input.js';

/** A patch that comes in piece by piece. It throws what `patchInput` and `PatchDecoder` throw. */
export class PatchReading implements AsyncDisposable {
  #patchBytes = 0;
  readonly #decoder = new PatchDecoder();
  readonly #pieces: AsyncGenerator<Uint8Array, void>;
  #behindHeader: readonly PatchEvent[] = [];

  constructor(patch: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
    this.#pieces = patchInput(patch, signal);
  }

  /** How many of its bytes have come in. */
  get patchBytes(): number {
    return this.#patchBytes;
  }

  /** To be asked for first, once. */
  async header(): Promise<PatchHeader> {
    for (;;) {
      const [first, ...others] = (await this.#nextEvents()) ?? [];
      if (first === undefined) continue;
      if (first.kind !== 'header') throw new Error('the decoder gave no header first');
      this.#behindHeader = others;
      return first.header;
    }
  }

  /** What each piece brings, as long as that piece holds; in the end it throws unless the bytes end where the patch does. */
  async *body(): AsyncGenerator<readonly PatchEvent[], void> {
    let events: readonly PatchEvent[] | undefined = this.#behindHeader;
    while (events !== undefined) {
      yield events;
      events = await this.#nextEvents();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return();
  }

  async #nextEvents(): Promise<readonly PatchEvent[] | undefined> {
    const {done, value} = await this.#pieces.next();
    if (!done) {
      this.#patchBytes += value.length;
      return this.#decoder.push(value);
    }
    this.#decoder.finish();
    return undefined;
  }
}
