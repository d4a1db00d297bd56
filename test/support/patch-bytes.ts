import {
  encodeExtentHeader,
  encodePatchEnd,
  encodePatchHeader,
  type PatchChecksum,
} from '#dist/bdsync/patch/patch-format.js';

export interface PatchParts {
  readonly sizeBytes: number;
  readonly deviceName: Uint8Array;
  readonly extents: readonly {readonly position: number; readonly data: Uint8Array}[];
  readonly checksum?: PatchChecksum | undefined;
}

/** A whole patch in memory. */
export function encodePatch({sizeBytes, deviceName, extents, checksum}: PatchParts): Buffer {
  const pieces = extents.flatMap(({position, data}) => [encodeExtentHeader(position, data.length), data]);
  return Buffer.concat([encodePatchHeader({sizeBytes, deviceName}), ...pieces, encodePatchEnd(checksum)]);
}

/** Any record that the format can say, also one that a writer of ours would not write. */
export function rawExtentHeader(position: bigint, length: number): Buffer {
  const header = Buffer.alloc(10);
  header.writeBigUInt64LE(position);
  header.writeUInt16LE(length, 8);
  return header;
}
