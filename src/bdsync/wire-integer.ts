const TWO_32 = 2 ** 32;

/** The u64 at `offset`, little-endian; undefined when it is no safe integer (2^53 and above). */
export function readU64(bytes: DataView, offset: number): number | undefined {
  const high = bytes.getUint32(offset + 4, true);
  if (high >= 2 ** 21) return undefined;
  return high * TWO_32 + bytes.getUint32(offset, true);
}

/** Puts a safe, non-negative integer as a little-endian u64 at `offset`. */
export function writeU64(bytes: DataView, offset: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned safe integer`);
  bytes.setUint32(offset, value % TWO_32, true);
  bytes.setUint32(offset + 4, Math.floor(value / TWO_32), true);
}

/** A view of exactly the bytes that `bytes` shows. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
