import {createHash, type Hash} from 'node:crypto';
import type {BlockRow, DigestEngine, PieceRow} from './digest-engine.js';

/** Any digest that OpenSSL knows, one block after the other. */
export class CryptoEngine implements DigestEngine {
  readonly implementation = 'crypto';
  readonly lanes = 1;
  readonly digestBytes: number;
  readonly #salted: Hash;
  readonly #memory: Buffer;
  #hashes: Hash[] = [];

  constructor(digestName: string, salt: Uint8Array, memory: ArrayBuffer) {
    this.#salted = createHash(digestName).update(salt);
    this.digestBytes = this.#salted.copy().digest().length;
    this.#memory = Buffer.from(memory);
  }

  hashBlocks({address, stepBytes, count}: BlockRow, digests: Uint8Array, zeroDigest: Uint8Array): void {
    for (let index = 0; index < count; index += 1) {
      const start = address + index * stepBytes;
      const digest = this.isZero(start, stepBytes)
        ? zeroDigest
        : this.#salted
            .copy()
            .update(this.#memory.subarray(start, start + stepBytes))
            .digest();
      digests.set(digest, index * this.digestBytes);
    }
  }

  begin(count: number): void {
    this.#hashes = Array.from({length: count}, () => this.#salted.copy());
  }

  update({address, strideBytes, lengthBytes}: PieceRow): void {
    for (const [index, hash] of this.#hashes.entries()) {
      const start = address + index * strideBytes;
      hash.update(this.#memory.subarray(start, start + lengthBytes));
    }
  }

  finish(digests: Uint8Array): void {
    for (const [index, hash] of this.#hashes.entries()) digests.set(hash.digest(), index * this.digestBytes);
    this.#hashes = [];
  }

  isZero(address: number, lengthBytes: number): boolean {
    if (lengthBytes === 0) return true;
    // All bytes are zero when the first one is, and each one equals the one before it.
    const end = address + lengthBytes;
    return this.#memory[address] === 0 && this.#memory.compare(this.#memory, address, end - 1, address + 1, end) === 0;
  }
}
