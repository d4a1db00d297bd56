/** A message with a length and a token of one's own choice, right or wrong. */
export function rawMessage(token: number, payload: Uint8Array, length = payload.length + 1): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32LE(length, 0);
  frame.writeUInt8(token, 4);
  return Buffer.concat([frame, payload]);
}

/** Little-endian u64 after u64. */
export function u64s(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
  return bytes;
}
