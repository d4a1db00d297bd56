/** What the WebAssembly kernel of a digest looks like from outside. */
export interface KernelDigest {
  /** The module's name. */
  readonly name: 'md5' | 'sha1' | 'sha256';
  readonly digestBytes: number;
  /** So many blocks are digested side by side, at most MAX_LANES. */
  readonly lanes: number;
  /** How message and digest are cut into 32-bit words. */
  readonly byteOrder: 'little' | 'big';
}

export const MD5: KernelDigest = {name: 'md5', digestBytes: 16, lanes: 12, byteOrder: 'little'};
export const SHA1: KernelDigest = {name: 'sha1', digestBytes: 20, lanes: 8, byteOrder: 'big'};
export const SHA256: KernelDigest = {name: 'sha256', digestBytes: 32, lanes: 8, byteOrder: 'big'};

/** The digests that have a kernel, by the names that OpenSSL knows them by, in lower case. */
const BY_NAME: ReadonlyMap<string, KernelDigest> = new Map([
  ['md5', MD5],
  ['sha1', SHA1],
  ['sha-1', SHA1],
  ['sha256', SHA256],
  ['sha-256', SHA256],
  ['sha2-256', SHA256],
]);

export function findKernelDigest(digestName: string): KernelDigest | undefined {
  return BY_NAME.get(digestName.toLowerCase());
}
