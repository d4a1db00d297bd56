import {createHash} from 'node:crypto';

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
