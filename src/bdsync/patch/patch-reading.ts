import {createHash, type Hash} from 'node:crypto';
import {PatchDecoder, type PatchEvent} from './patch-decoder.js';
import type {PatchHeader} from './patch-format.js';
import {patchInput} from './patch-input.js';
import {SealDecoder} from './seal-decoder.js';

export interface PatchReadingOptions {
  readonly patch: AsyncIterable<Uint8Array>;
  /** It is known that no seal follows: then the patch need not be digested, and whatever follows is an error. */
  readonly isUnsealed?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A patch that comes in piece by piece. A seal behind it must be whole and fit to it. It throws what `patchInput`,
 * `PatchDecoder` and `SealDecoder` throw.
 */
export class PatchReading implements AsyncDisposable {
  #patchBytes = 0;
  readonly #decoder: PatchDecoder;
  readonly #hash: Hash | undefined;
  #sealDecoder: SealDecoder | undefined;
  readonly #pieces: AsyncGenerator<Uint8Array, void>;
  #behindHeader: readonly PatchEvent[] = [];

  constructor({patch, isUnsealed = false, signal}: PatchReadingOptions) {
    this.#pieces = patchInput(patch, signal);
    this.#hash = isUnsealed ? undefined : createHash('sha256');
    this.#decoder = new PatchDecoder({leavesRest: !isUnsealed});
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
      return this.#decode(value);
    }
    this.#decoder.finish();
    this.#sealDecoder?.finish();
    return undefined;
  }

  #decode(piece: Uint8Array): readonly PatchEvent[] {
    const events = this.#decoder.push(piece);
    const {rest, patchBytes} = this.#decoder;
    if (this.#hash && !this.#sealDecoder) this.#hash.update(piece.subarray(0, piece.length - rest.length));
    if (this.#hash && rest.length > 0) {
      this.#sealDecoder ??= new SealDecoder({patchBytes, patchSha256: this.#hash.digest()});
      this.#sealDecoder.push(rest);
    }
    return events;
  }
}
