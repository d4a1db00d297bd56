/*
 * The seal that may follow a BDSYNC 0.3 patch; docs/sealed-patch.md has it byte by byte. All integers are
 * little-endian and unsigned:
 *
 *   "BDSYNC-SEAL 1\n"
 *   u64 bytes of the patch before the seal | 32 bytes: their SHA-256
 *   u64 size of the target | u64 how much of it was compared: what lies beyond counted as zeros
 *   u16 length | identity of the target, empty when unknown
 *   u8 length | name of the digest | u8 bytes of one digest | u8 length | salt | u64 bytes of a block
 *   repeated: u64 position | u32 count | count digests        differing blocks, one behind the other
 *   u64 0 | u32 0                                             the end of the runs
 *   32 bytes: SHA-256 of the seal up to here
 *   "BDSYNC-SEALED\n"
 */
import {BdsyncError} from '../errors.js';
import {viewOf, writeU64} from '../wire-integer.js';

export const SEAL_MAGIC = 'BDSYNC-SEAL 1\n';
/** The last bytes of a sealed patch: whoever has it as a file sees at once that it is sealed. */
export const SEAL_END_MARK = 'BDSYNC-SEALED\n';
export const SHA256_BYTES = 32;
export const RUN_HEADER_BYTES = 12;
export const MAX_IDENTITY_BYTES = 1024;
export const MAX_DIGEST_NAME_BYTES = 127;
export const MAX_DIGEST_BYTES = 64;
export const MAX_SALT_BYTES = 127;
/** Whole blocks are held in memory when a sealed patch is applied. */
export const MAX_SEALED_BLOCK_BYTES = 16 * 1024 * 1024;

/** What a seal says before it comes to the blocks. */
export interface SealHeader {
  readonly patchBytes: number;
  readonly patchSha256: Uint8Array;
  readonly targetBytes: number;
  /** At most `targetBytes`; what lies beyond counted as zeros when blocks were compared. */
  readonly comparedBytes: number;
  /** As `lastingIdentity` has it; empty when it is unknown. */
  readonly targetIdentity: string;
  /** OpenSSL's name. */
  readonly digest: string;
  readonly digestBytes: number;
  readonly salt: Uint8Array;
  readonly blockBytes: number;
}

/**
 * The bytes of a seal before its first run.
 *
 * @throws BdsyncError 'invalid-parameters' for what a reader would refuse.
 */
export function encodeSealHeader(header: SealHeader): Uint8Array {
  const identity = Buffer.from(header.targetIdentity);
  const digest = Buffer.from(header.digest);
  requireRange('identity', identity.length, 0, MAX_IDENTITY_BYTES);
  requireRange('name of a digest', digest.length, 1, MAX_DIGEST_NAME_BYTES);
  requireRange('digest', header.digestBytes, 1, MAX_DIGEST_BYTES);
  requireRange('salt', header.salt.length, 0, MAX_SALT_BYTES);
  requireRange('block', header.blockBytes, 1, MAX_SEALED_BLOCK_BYTES);
  return Buffer.concat([
    Buffer.from(SEAL_MAGIC),
    u64(header.patchBytes),
    header.patchSha256,
    u64(header.targetBytes),
    u64(header.comparedBytes),
    Uint8Array.of(identity.length % 256, identity.length >> 8),
    identity,
    Uint8Array.of(digest.length),
    digest,
    Uint8Array.of(header.digestBytes, header.salt.length),
    header.salt,
    u64(header.blockBytes),
  ]);
}

/** The bytes before the digests of so many consecutive blocks; a count of 0 at position 0 is the end of the runs. */
export function encodeRunHeader(position: number, count: number): Uint8Array {
  const bytes = new Uint8Array(RUN_HEADER_BYTES);
  const view = viewOf(bytes);
  writeU64(view, 0, position);
  view.setUint32(8, count, true);
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeU64(viewOf(bytes), 0, value);
  return bytes;
}

function requireRange(what: string, bytes: number, minimum: number, maximum: number): void {
  if (bytes >= minimum && bytes <= maximum) return;
  throw new BdsyncError(
    'invalid-parameters',
    `a seal cannot hold a ${what} of ${bytes} bytes (${minimum} to ${maximum})`,
  );
}
