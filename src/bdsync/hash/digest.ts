import {createHash, type Hash} from 'node:crypto';
import {throwIfCancelled} from '../cancellation.js';

/** A digest that OpenSSL knows by name. */
export interface DigestAlgorithm {
  readonly name: string;
  readonly digestBytes: number;
}

/** Undefined when OpenSSL here does not know (or no longer allows) the name. */
export function findDigest(name: string): DigestAlgorithm | undefined {
  try {
    return {name, digestBytes: createHash(name).digest().length};
  } catch {
    return undefined;
  }
}

/** Zeros as a whole block are digested in pieces of this size. */
const ZEROS = Buffer.alloc(1 << 18);
/** Two passes know two sizes of blocks; a peer that names ever others must not fill the memory. */
const MAX_KNOWN_ZERO_DIGESTS = 4;
/** How much is digested before other events get their turn. */
const YIELD_BYTES = 1 << 24;

/** Digests of blocks: `H(salt | block)`. */
export class BlockHasher {
  readonly digestBytes: number;
  readonly #name: string;
  readonly #salt: Uint8Array;
  readonly #zeroDigests = new Map<number, Buffer>();

  constructor({name, digestBytes}: DigestAlgorithm, salt: Uint8Array) {
    this.#name = name;
    this.#salt = salt;
    this.digestBytes = digestBytes;
  }

  /**
   * Digests `count` blocks of `stepBytes`, which lie one behind the other in `blocks`, into `digests`, one behind the
   * other as well. With `zeroDigest` (the digest of a block of zeros) such blocks are recognised rather than digested.
   */
  hashBlocks(blocks: Buffer, stepBytes: number, count: number, digests: Buffer, zeroDigest?: Buffer): void {
    for (let index = 0; index < count; index += 1) {
      const block = blocks.subarray(index * stepBytes, (index + 1) * stepBytes);
      const digest = zeroDigest && isZero(block) ? zeroDigest : this.startBlock().update(block).digest();
      digests.set(digest, index * this.digestBytes);
    }
  }

  /** For a block that comes in pieces. */
  startBlock(): Hash {
    return createHash(this.#name).update(this.#salt);
  }

  /** The digest of a block of zeros. */
  async zeroDigest(stepBytes: number, signal?: AbortSignal): Promise<Buffer> {
    const known = this.#zeroDigests.get(stepBytes);
    if (known) return known;
    const hash = this.startBlock();
    await updateWithZeros(hash, stepBytes, signal);
    const digest = hash.digest();
    if (this.#zeroDigests.size >= MAX_KNOWN_ZERO_DIGESTS) this.#zeroDigests.clear();
    this.#zeroDigests.set(stepBytes, digest);
    return digest;
  }
}

/** Digests zeros, and lets other events have their turn meanwhile. */
export async function updateWithZeros(hash: Hash, zeroBytes: number, signal?: AbortSignal): Promise<void> {
  for (let done = 0; done < zeroBytes; done += ZEROS.length) {
    hash.update(ZEROS.subarray(0, zeroBytes - done));
    if (done % YIELD_BYTES !== 0) continue;
    await otherEvents();
    throwIfCancelled(signal);
  }
}

function otherEvents(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isZero(block: Buffer): boolean {
  for (let offset = 0; offset < block.length; offset += ZEROS.length) {
    const end = Math.min(block.length, offset + ZEROS.length);
    if (ZEROS.compare(block, offset, end, 0, end - offset) !== 0) return false;
  }
  return true;
}
