import type {DigestEngine, PieceRow} from './digest-engine.js';
import {ZEROS_BYTES} from './memory-layout.js';
import type {ZeroDigests} from './zero-digests.js';

/**
 * Blocks that come in pieces. As long as all of them are zero, their zeros are counted only; they are digested when
 * something else follows.
 */
export class PieceDigests {
  readonly #engine: DigestEngine;
  readonly #zeroDigests: ZeroDigests;
  /** Address of a page of zeros. */
  readonly #zeros: number;
  readonly #count: number;
  #zeroBytes = 0;
  #isDigesting = false;

  constructor(count: number, engine: DigestEngine, zeroDigests: ZeroDigests, zeros: number) {
    this.#count = count;
    this.#engine = engine;
    this.#zeroDigests = zeroDigests;
    this.#zeros = zeros;
  }

  update(pieces: PieceRow): void {
    if (!this.#isDigesting) {
      if (this.#areZero(pieces)) {
        this.#zeroBytes += pieces.lengthBytes;
        return;
      }
      this.#beginWithZeros();
    }
    this.#engine.update(pieces);
  }

  finish(digests: Uint8Array): void {
    if (this.#isDigesting) {
      this.#engine.finish(digests);
      return;
    }
    const digest = this.#zeroDigests.ofBlock(this.#zeroBytes);
    for (let index = 0; index < this.#count; index += 1) digests.set(digest, index * digest.length);
  }

  #areZero({address, strideBytes, lengthBytes}: PieceRow): boolean {
    for (let index = 0; index < this.#count; index += 1) {
      if (!this.#engine.isZero(address + index * strideBytes, lengthBytes)) return false;
    }
    return true;
  }

  #beginWithZeros(): void {
    this.#isDigesting = true;
    this.#engine.begin(this.#count);
    for (let done = 0; done < this.#zeroBytes; done += ZEROS_BYTES) {
      const lengthBytes = Math.min(ZEROS_BYTES, this.#zeroBytes - done);
      this.#engine.update({address: this.#zeros, strideBytes: 0, lengthBytes});
    }
  }
}
