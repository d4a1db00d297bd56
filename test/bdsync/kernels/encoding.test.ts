import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {signed, unsigned, word} from '#dist/bdsync/kernels/assembly/encoding.js';

describe('LEB128', () => {
  it('encodes what the specification shows', () => {
    expect(unsigned(624_485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(unsigned(0)).toEqual([0]);
    expect(signed(-123_456)).toEqual([0xc0, 0xbb, 0x78]);
    expect([63, 64, -64, -65].map(signed)).toEqual([[0x3f], [0xc0, 0x00], [0x40], [0xbf, 0x7f]]);
  });

  it('can be decoded to the same number', () => {
    fc.assert(
      fc.property(fc.nat({max: 0x7fffffff}), fc.integer(), (natural, integer) => {
        expect(decode(unsigned(natural), 0)).toBe(natural);
        const bytes = signed(integer);
        expect(decode(bytes, (bytes.at(-1) ?? 0) & 0x40)).toBe(integer);
      }),
    );
  });
});

describe('word', () => {
  it('puts the lowest byte first', () => {
    expect(word(0xefcdab89)).toEqual([0x89, 0xab, 0xcd, 0xef]);
  });
});

/** Seven bits a byte, the lowest first; a sign bit in the last byte means that all bits above are set. */
function decode(bytes: readonly number[], sign: number): number {
  const bits = bytes.reduce((value, byte, index) => value | (BigInt(byte & 0x7f) << BigInt(7 * index)), 0n);
  return Number(sign === 0 ? bits : bits - (1n << BigInt(7 * bytes.length)));
}
