/** Bytes of WebAssembly: instructions in the order in which they run, operands before what uses them. */
export type Code = readonly number[];

/** LEB128 of a whole number from 0 on. */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

/** LEB128 of a signed 32-bit number. */
export function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  // The last byte's bit 6 is the sign of the whole.
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}

/** A count, then the items one behind the other. */
export function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

/** A length in bytes, then the bytes. */
export function sized(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes];
}

export function name(text: string): Code {
  return sized([...new TextEncoder().encode(text)]);
}

/** A number as four bytes, little-endian, as memory and constants hold it. */
export function word(value: number): Code {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}
