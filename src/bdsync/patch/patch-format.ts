/*
 * The BDSYNC 0.3 patch file. All integers are little-endian and unsigned:
 *
 *   "BDSYNC 0.3\n"
 *   u64 size of the device whose data the patch carries | u16 nameLength | device name
 *   repeated: u64 position | u16 length | data
 *   u64 0 | u16 0                                           the end of the extents
 *   u8 0                                                    no checksum, or:
 *   u8 nameLength | name | u8 valueLength | value           each at most 127 bytes
 */
import {BdsyncError} from '../errors.js';
import {viewOf, writeU64} from '../wire-integer.js';

/** The most data that a writer puts into one extent; a reader accepts all that the u16 can say. */
export const MAX_EXTENT_BYTES = 32768;
export const PATCH_MAGIC = 'BDSYNC 0.3\n';
export const MAX_DEVICE_NAME_BYTES = 16384;
export const MAX_CHECKSUM_FIELD_BYTES = 127;
export const SIZE_AND_NAME_LENGTH_BYTES = 10;
export const EXTENT_HEADER_BYTES = 10;

export interface PatchHeader {
  /** Size of the device whose data the patch carries. */
  readonly sizeBytes: number;
  /** The target's path as the patch's writer knew it: bytes, because a path need not be text. */
  readonly deviceName: Uint8Array;
}

export interface PatchChecksum {
  /** The digest's OpenSSL name. */
  readonly name: string;
  readonly value: Uint8Array;
}

/**
 * The bytes before the first extent.
 *
 * @throws BdsyncError 'invalid-parameters' when the name is longer than a reader accepts.
 */
export function encodePatchHeader({sizeBytes, deviceName}: PatchHeader): Uint8Array {
  requireLength('device name', deviceName, MAX_DEVICE_NAME_BYTES);
  const fields = new Uint8Array(SIZE_AND_NAME_LENGTH_BYTES);
  const view = viewOf(fields);
  writeU64(view, 0, sizeBytes);
  view.setUint16(8, deviceName.length, true);
  return Buffer.concat([Buffer.from(PATCH_MAGIC), fields, deviceName]);
}

/** The ten bytes before an extent's data, which follows as it is; `length` is 1 … MAX_EXTENT_BYTES. */
export function encodeExtentHeader(position: number, length: number): Uint8Array {
  if (length < 1 || length > MAX_EXTENT_BYTES) throw new RangeError(`an extent of ${length} bytes`);
  return extentHeader(position, length);
}

/**
 * The bytes after the last extent.
 *
 * @throws BdsyncError 'invalid-parameters' when the checksum's name or value is longer than a reader accepts.
 */
export function encodePatchEnd(checksum?: PatchChecksum): Uint8Array {
  const end = extentHeader(0, 0);
  if (!checksum) return Buffer.concat([end, Uint8Array.of(0)]);
  const name = Buffer.from(checksum.name);
  requireLength('checksum name', name, MAX_CHECKSUM_FIELD_BYTES);
  requireLength('checksum', checksum.value, MAX_CHECKSUM_FIELD_BYTES);
  return Buffer.concat([end, Uint8Array.of(name.length), name, Uint8Array.of(checksum.value.length), checksum.value]);
}

function extentHeader(position: number, length: number): Uint8Array {
  const header = new Uint8Array(EXTENT_HEADER_BYTES);
  const view = viewOf(header);
  writeU64(view, 0, position);
  view.setUint16(8, length, true);
  return header;
}

function requireLength(what: string, bytes: Uint8Array, limitBytes: number): void {
  if (bytes.length <= limitBytes) return;
  const trouble = `a patch cannot hold a ${what} of ${bytes.length} bytes (at most ${limitBytes})`;
  throw new BdsyncError('invalid-parameters', trouble);
}
