import {createHash, type Hash} from 'node:crypto';
import type {SentPatch} from './verify-stored.js';

/** Counts what is sent of a patch, and digests it on the way where nothing else would tell it from another one. */
export class SentBytes {
  readonly #hash: Hash | undefined;
  #bytes = 0;
  #sha256: string | undefined;

  constructor({isDigested}: {readonly isDigested: boolean}) {
    this.#hash = isDigested ? createHash('sha256') : undefined;
  }

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#hash?.update(bytes);
  }

  /** To be called when nothing more is sent. */
  end(): SentPatch {
    this.#sha256 ??= this.#hash?.digest('hex');
    return {bytes: this.#bytes, sha256: this.#sha256};
  }
}
