import {createHash} from 'node:crypto';

/** The digest of salt and block, as OpenSSL computes it, in hexadecimal digits. */
export function saltedDigest(digestName: string, salt: Uint8Array, ...pieces: readonly Uint8Array[]): string {
  const hash = createHash(digestName).update(salt);
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
