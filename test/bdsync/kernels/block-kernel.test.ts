import {createHash, randomBytes, randomFillSync} from 'node:crypto';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {BlockKernel} from '#dist/bdsync/kernels/block-kernel.js';
import {KERNEL_KINDS} from '../../support/kernel-kinds.js';
import {saltedDigest} from '../../support/salted-digest.js';

const NO_SALT = new Uint8Array(0);

/** RFC 1321, and FIPS 180's own examples. */
const KNOWN_ANSWERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  md5: {a: '0cc175b9c0f1b6a831c399e269772661', abc: '900150983cd24fb0d6963f7d28e17f72'},
  sha1: {
    abc: 'a9993e364706816aba3e25717850c26c9cd0d89d',
    abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq: '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
  },
  sha256: {
    abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  },
};

interface Blocks {
  readonly offset: number;
  readonly stepBytes: number;
  readonly count: number;
}

function hashAll(kernel: BlockKernel, {offset, stepBytes, count}: Blocks): string[] {
  const digests = new Uint8Array(count * kernel.digestBytes);
  kernel.hashBlocks({offset, stepBytes, count, digests});
  return hexDigests(kernel, digests);
}

function hexDigests({digestBytes}: BlockKernel, digests: Uint8Array): string[] {
  const count = digests.length / digestBytes;
  return Array.from({length: count}, (_, index) =>
    Buffer.from(digests.subarray(index * digestBytes, (index + 1) * digestBytes)).toString('hex'),
  );
}

function expectedDigests(digestName: string, salt: Uint8Array, data: Uint8Array, blocks: Blocks): string[] {
  const {offset, stepBytes, count} = blocks;
  return Array.from({length: count}, (_, index) => {
    const start = offset + index * stepBytes;
    return saltedDigest(digestName, salt, data.subarray(start, start + stepBytes));
  });
}

describe.each(KERNEL_KINDS.filter(({digestName}) => digestName in KNOWN_ANSWERS))(
  '$implementation kernel for $digestName',
  ({digestName, create}) => {
    it('gives the answers of the specification', () => {
      const kernel = create(NO_SALT, {capacityBytes: 1000});
      for (const [message, answer] of Object.entries(KNOWN_ANSWERS[digestName] ?? {})) {
        kernel.data.set(Buffer.from(message));
        expect(hashAll(kernel, {offset: 0, stepBytes: message.length, count: 1})).toEqual([answer]);
      }
    });
  },
);

describe.each(KERNEL_KINDS)('$implementation kernel for $digestName', ({implementation, digestName, create}) => {
  it('says what it is', () => {
    const kernel = create(NO_SALT, {capacityBytes: 1000});
    expect(kernel.implementation).toBe(implementation);
    expect(kernel.digestBytes).toBe(createHash(digestName).digest().length);
    expect(kernel.data.length).toBe(1000);
  });

  it('has its data on a page boundary of its memory', () => {
    const {data, memory} = create(NO_SALT, {capacityBytes: 1 << 18});
    expect(data.buffer).toBe(memory.buffer);
    expect(data.byteOffset % 4096).toBe(0);
  });

  it('digests salt and block around every boundary of chunks and padding', () => {
    for (const saltBytes of [0, 1, 31, 32, 55, 56, 63, 64, 65, 127]) {
      const salt = randomBytes(saltBytes);
      const kernel = create(salt, {capacityBytes: 700});
      randomFillSync(kernel.data);
      for (let stepBytes = 1; stepBytes <= 200; stepBytes += 1) {
        const blocks = {offset: stepBytes % 7, stepBytes, count: 3};
        const expected = expectedDigests(digestName, salt, kernel.data, blocks);
        expect(hashAll(kernel, blocks), `salt of ${saltBytes}, step of ${stepBytes}`).toEqual(expected);
      }
    }
  });

  it('digests any number of blocks of any size, zeros among them, and leaves the data alone', () => {
    const capacityBytes = 90_000;
    const blocksArbitrary = fc
      .record({
        saltBytes: fc.integer({min: 0, max: 127}),
        stepBytes: fc.oneof(fc.integer({min: 1, max: 300}), fc.integer({min: 1, max: 10_000}), fc.constant(4096)),
        zeroBlocks: fc.array(fc.boolean(), {maxLength: 40}),
        offset: fc.nat({max: 100}),
      })
      .map((blocks) => ({...blocks, count: Math.floor((capacityBytes - blocks.offset) / blocks.stepBytes) % 40}));
    fc.assert(
      fc.property(blocksArbitrary, ({saltBytes, zeroBlocks, ...blocks}) => {
        const salt = randomBytes(saltBytes);
        const kernel = create(salt, {capacityBytes});
        randomFillSync(kernel.data);
        for (const [index, isZero] of zeroBlocks.entries()) {
          const start = blocks.offset + index * blocks.stepBytes;
          if (isZero) kernel.data.fill(0, start, start + blocks.stepBytes);
        }
        const before = Buffer.from(kernel.data);
        expect(hashAll(kernel, blocks)).toEqual(expectedDigests(digestName, salt, before, blocks));
        expect(before.equals(kernel.data)).toBe(true);
      }),
      {numRuns: 60},
    );
  });

  it('digests more blocks than it keeps digests of, up to the last byte of the data', () => {
    const salt = randomBytes(32);
    const kernel = create(salt, {capacityBytes: 9000});
    randomFillSync(kernel.data);
    const blocks = {offset: 0, stepBytes: 1, count: 9000};
    expect(hashAll(kernel, blocks)).toEqual(expectedDigests(digestName, salt, kernel.data, blocks));
  });

  it('does not take a block for zeros whose only other byte is anywhere', () => {
    const salt = randomBytes(7);
    const kernel = create(salt, {capacityBytes: 400});
    for (let length = 1; length <= 300; length += 1) {
      kernel.data.fill(0);
      expect(kernel.isZero(3, length)).toBe(true);
      for (const place of new Set([0, length >> 1, Math.max(0, length - 16), length - 1])) {
        kernel.data.fill(0).fill(1, 3 + place, 4 + place);
        expect(kernel.isZero(3, length), `byte ${place} of ${length}`).toBe(false);
        expect(hashAll(kernel, {offset: 3, stepBytes: length, count: 1})).toEqual([
          saltedDigest(digestName, salt, kernel.data.subarray(3, 3 + length)),
        ]);
      }
    }
  });

  it('does not let bytes beside a block count as its own', () => {
    const kernel = create(NO_SALT, {capacityBytes: 400});
    kernel.data.fill(1).fill(0, 100, 200);
    expect(kernel.isZero(100, 100)).toBe(true);
    expect(kernel.isZero(99, 100)).toBe(false);
    expect(kernel.isZero(101, 100)).toBe(false);
    expect(kernel.isZero(50, 0)).toBe(true);
  });

  it('takes no blocks for an answer', () => {
    expect(hashAll(create(NO_SALT, {capacityBytes: 10}), {offset: 10, stepBytes: 5, count: 0})).toEqual([]);
  });

  it.each([
    ['past the end of the data', {offset: 1, stepBytes: 500, count: 2}],
    ['before the data', {offset: -1, stepBytes: 500, count: 2}],
    ['without a size', {offset: 0, stepBytes: 0, count: 2}],
    ['of less than nothing', {offset: 900, stepBytes: -100, count: 2}],
    ['fewer than none', {offset: 900, stepBytes: 100, count: -1}],
    ['in parts', {offset: 0, stepBytes: 100, count: 1.5}],
  ])('refuses blocks %s', (_, blocks) => {
    const kernel = create(NO_SALT, {capacityBytes: 1000});
    const digests = new Uint8Array(10 * kernel.digestBytes);
    expect(() => {
      kernel.hashBlocks({...blocks, digests});
    }).toThrow(RangeError);
  });

  it('refuses to store digests where there is no room for them', () => {
    const kernel = create(NO_SALT, {capacityBytes: 1000});
    const digests = new Uint8Array(2 * kernel.digestBytes - 1);
    expect(() => {
      kernel.hashBlocks({offset: 0, stepBytes: 10, count: 2, digests});
    }).toThrow(RangeError);
    expect(() => kernel.isZero(999, 2)).toThrow(RangeError);
  });
});
