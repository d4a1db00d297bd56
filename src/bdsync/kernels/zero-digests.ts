import {createHash} from 'node:crypto';

/** Zeros are digested in pieces of this size. */
const ZEROS = new Uint8Array(1 << 16);
/** Two passes know two sizes of blocks; a peer that names ever others must not fill the memory. */
const MAX_KNOWN_DIGESTS = 4;

/** The digests of blocks of zeros, each size computed once. */
export class ZeroDigests {
  readonly #digestName: string;
  readonly #salt: Uint8Array;
  readonly #known = new Map<number, Uint8Array>();

  constructor(digestName: string, salt: Uint8Array) {
    this.#digestName = digestName;
    this.#salt = salt;
  }

  ofBlock(blockBytes: number): Uint8Array {
    const known = this.#known.get(blockBytes);
    if (known) return known;
    const digest = this.#compute(blockBytes);
    if (this.#known.size >= MAX_KNOWN_DIGESTS) this.#known.clear();
    this.#known.set(blockBytes, digest);
    return digest;
  }

  #compute(blockBytes: number): Uint8Array {
    const hash = createHash(this.#digestName).update(this.#salt);
    for (let done = 0; done < blockBytes; done += ZEROS.length) {
      hash.update(ZEROS.subarray(0, blockBytes - done));
    }
    return hash.digest();
  }
}
