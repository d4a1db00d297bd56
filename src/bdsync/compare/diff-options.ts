import {type SizePolicy, STRICT_SIZE_POLICY} from '../size-policy.js';

/** How two devices are compared. */
export interface DiffOptions {
  readonly blockBytes: number;
  /** By OpenSSL's names, as `checksum`. */
  readonly digest: string;
  /** Digest of the whole source, written at the end of the patch. */
  readonly checksum?: string;
  /** Compare blocks of 64 × blockBytes first, then those that differ in detail. */
  readonly twoPass: boolean;
  /** Choose one pass or two by what differs, where a peer is far; never together with a checksum or `twoPass`. */
  readonly adaptsPasses?: boolean;
  /** The patch carries the remote data, and is to be applied to the local device. */
  readonly remoteData: boolean;
  /** A salt of zeros rather than a random one: the same bytes on the wire every time. */
  readonly fixedSalt: boolean;
  readonly sizePolicy: SizePolicy;
  /** Read past the page cache where a device allows it, at both ends. */
  readonly flushCache: boolean;
}

export const DEFAULT_DIFF_OPTIONS: DiffOptions = {
  blockBytes: 4096,
  digest: 'md5',
  twoPass: false,
  remoteData: false,
  fixedSalt: false,
  sizePolicy: STRICT_SIZE_POLICY,
  flushCache: false,
};

export const LARGE_BLOCK_FACTOR = 64;

/** Size of the blocks that are compared first, wherever two passes are made. */
export function topStepBytes({blockBytes, twoPass, adaptsPasses = false}: DiffOptions): number {
  return twoPass || adaptsPasses ? blockBytes * LARGE_BLOCK_FACTOR : blockBytes;
}
