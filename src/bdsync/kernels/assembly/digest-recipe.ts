import type {KernelDigest} from '../kernel-digests.js';
import type {Code} from './encoding.js';
import type {Local} from './module-builder.js';

/** A digest of the family of MD5 and SHA: 64 bytes at a time change a state of a few 32-bit words. */
export interface DigestRecipe {
  readonly digest: KernelDigest;
  readonly initialState: readonly number[];
  readonly constants: readonly number[];
  /** All rounds over one chunk; the state from before is added by the caller. */
  readonly rounds: (rounds: Rounds) => Code;
}

/** What a digest's rounds work with: values of four lanes, each there once for each vector. */
export interface Rounds {
  readonly vectors: readonly VectorRounds[];
  /** For a value that all vectors use. */
  readonly shared: Local;
  /** For loops over words: how far the first word of a turn is from word 0, in bytes. */
  readonly place: Local;
}

export interface VectorRounds {
  /** The hash state: read before the first round, left as it is after the last one. */
  readonly state: readonly Local[];
  /** A word of the message: the first sixteen are the chunk's own. In a loop counted from `place` on. */
  readonly word: (index: number, place?: Local) => Code;
  readonly setWord: (index: number, place: Local, value: Code) => Code;
  /** For results between. */
  readonly scratch: readonly [Local, Local];
}
