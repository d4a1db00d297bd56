import type {Hash} from 'node:crypto';
import {createHash} from 'node:crypto';
import {protocolError} from '../wire/protocol-error.js';

/**
 * The digest of a whole device's data, without salt, fed with the blocks that are hashed at the top level. Blocks that
 * come again (for a closer look) count once.
 */
export class RunningChecksum {
  readonly #hash: Hash;
  #position = 0;

  /** `name` must be one that findDigest knows. */
  constructor(name: string) {
    this.#hash = createHash(name);
  }

  /**
   * Throws when something was left out before `position`.
   *
   * @throws BdsyncError 'protocol'.
   */
  requireNoGap(position: number): void {
    if (position <= this.#position) return;
    const expected = `at most ${this.#position}, since a checksum was asked for`;
    throw protocolError(`hashes were asked for from ${position} on, expected ${expected}`);
  }

  update(data: Uint8Array, position: number): void {
    const fresh = data.subarray(Math.min(data.length, this.#position - position));
    this.#hash.update(fresh);
    this.#position += fresh.length;
  }

  finish(): Uint8Array {
    return this.#hash.digest();
  }
}
