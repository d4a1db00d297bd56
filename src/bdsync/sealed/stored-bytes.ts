import type {FileHandle} from 'node:fs/promises';
import {setImmediate as otherEvents} from 'node:timers/promises';
import {readPieces} from './read-pieces.js';
import {throwIfAborted} from './sealed-session.js';

/** What is no longer stays in memory. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

export interface StoredBytesOptions {
  /** For messages. */
  readonly path: string;
  readonly handle: FileHandle;
  readonly signal: AbortSignal | undefined;
}

/** A file that is read several times, and from the disk once only if it is small. */
export class StoredBytes {
  readonly #options: StoredBytesOptions;
  #kept: readonly Uint8Array[] | undefined;
  #state: string | undefined;

  constructor(options: StoredBytesOptions) {
    this.#options = options;
  }

  /** What is read from now on is what was read before: it is not read again. */
  get isKept(): boolean {
    return this.#kept !== undefined;
  }

  /** Whether nobody has written to the file since `all` began, as far as the file system tells. */
  async isUnchanged(): Promise<boolean> {
    return (await this.#readState()) === this.#state;
  }

  /** All of the file, in pieces. Who has them all has them kept if there is room. Throws as `readPieces` does. */
  async *all(): AsyncGenerator<Uint8Array, void> {
    this.#state = await this.#readState();
    const kept: Uint8Array[] = [];
    let heldBytes = 0;
    for await (const piece of readPieces({...this.#options, start: 0})) {
      // Of a short read, all of the buffer stays.
      heldBytes += piece.buffer.byteLength;
      if (heldBytes <= MAX_KEPT_BYTES) kept.push(piece);
      else kept.length = 0;
      yield piece;
    }
    if (heldBytes <= MAX_KEPT_BYTES) this.#kept = kept;
  }

  /** A part of the file. Without `end`, all to its end. Nobody changes what these pieces show. */
  part(start: number, end?: number): AsyncGenerator<Uint8Array, void> {
    if (this.#kept) return this.#keptPart(this.#kept, start, end);
    return readPieces({...this.#options, start, end});
  }

  async #readState(): Promise<string> {
    const {size, mtimeNs} = await this.#options.handle.stat({bigint: true});
    return `${size} ${mtimeNs}`;
  }

  async *#keptPart(
    kept: readonly Uint8Array[],
    start: number,
    end = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<Uint8Array, void> {
    let offset = 0;
    for (const piece of kept) {
      const wanted = piece.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
      offset += piece.length;
      if (wanted.length === 0) continue;
      // Where nothing has to be waited for, signals would be.
      await otherEvents();
      throwIfAborted(this.#options.signal);
      yield wanted;
    }
  }
}
