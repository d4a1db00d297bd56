import {createHash, randomBytes, randomFillSync} from 'node:crypto';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {BlockKernel} from '#dist/bdsync/kernels/block-kernel.js';
import {KERNEL_KINDS} from '../../support/kernel-kinds.js';
import {saltedDigest} from '../../support/salted-digest.js';

/** Hashes blocks that lie one behind the other by pieces of the lengths given, which together make a block. */
function hashInPieces(kernel: BlockKernel, blocks: readonly Uint8Array[], lengths: readonly number[]): string[] {
  kernel.beginPieces(blocks.length);
  let done = 0;
  for (const lengthBytes of lengths) {
    const strideBytes = lengthBytes + 5;
    for (const [index, block] of blocks.entries()) {
      kernel.data.set(block.subarray(done, done + lengthBytes), 3 + index * strideBytes);
    }
    kernel.updatePieces({offset: 3, strideBytes, lengthBytes});
    done += lengthBytes;
  }
  const digests = new Uint8Array(blocks.length * kernel.digestBytes);
  kernel.finishPieces(digests);
  return blocks.map((_, index) =>
    Buffer.from(digests.subarray(index * kernel.digestBytes, (index + 1) * kernel.digestBytes)).toString('hex'),
  );
}

function total(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

describe.each(KERNEL_KINDS)('blocks in pieces, $implementation kernel for $digestName', (kind) => {
  const {digestName, create} = kind;

  it('digests pieces of any length like whole blocks, whatever of them is zero', () => {
    const scene = fc.record({
      saltBytes: fc.integer({min: 0, max: 127}),
      lengths: fc.array(fc.oneof(fc.integer({min: 0, max: 200}), fc.constantFrom(64, 128, 4096)), {maxLength: 8}),
      count: fc.integer({min: 1, max: 8}),
      zeroStarts: fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 8, maxLength: 8}),
    });
    fc.assert(
      fc.property(scene, ({saltBytes, lengths, count, zeroStarts}) => {
        const salt = randomBytes(saltBytes);
        const kernel = create(salt, {capacityBytes: 40_000});
        const blockBytes = total(lengths);
        const blocks = zeroStarts.slice(0, Math.min(count, kernel.lanes)).map((zeroStart) => {
          return randomBytes(blockBytes).fill(0, 0, Math.ceil(blockBytes * zeroStart));
        });
        const expected = blocks.map((block) => saltedDigest(digestName, salt, block));
        expect(hashInPieces(kernel, blocks, lengths)).toEqual(expected);
      }),
      {numRuns: 100},
    );
  });

  it('recognises zeros over many pieces, and digests them when something follows', () => {
    const salt = randomBytes(32);
    const kernel = create(salt, {capacityBytes: 300_000});
    const lengths = [30_000, 30_000, 30_000, 1];
    const zeros = Buffer.alloc(total(lengths));
    const almost = Buffer.alloc(total(lengths)).fill(1, total(lengths) - 1);
    const blocks = [zeros, almost].slice(0, kernel.lanes);
    expect(hashInPieces(kernel, [zeros], lengths)).toEqual([saltedDigest(digestName, salt, zeros)]);
    expect(hashInPieces(kernel, blocks, lengths)).toEqual(blocks.map((block) => saltedDigest(digestName, salt, block)));
  });

  it('begins anew when the blocks before were not finished', () => {
    const kernel = create(randomBytes(3), {capacityBytes: 2000});
    randomFillSync(kernel.data);
    const block = Buffer.from(kernel.data.subarray(500, 700));
    const [whole] = hashInPieces(kernel, [block], [200]);
    kernel.beginPieces(1);
    kernel.updatePieces({offset: 0, strideBytes: 0, lengthBytes: 100});
    expect(hashInPieces(kernel, [block], [150, 50])).toEqual([whole]);
  });

  it('refuses pieces of blocks that were not begun, are finished, or were given up for others', () => {
    const kernel = create(randomBytes(3), {capacityBytes: 2000});
    const digests = new Uint8Array(kernel.digestBytes);
    const update = () => {
      kernel.updatePieces({offset: 0, strideBytes: 0, lengthBytes: 100});
    };
    expect(update).toThrow('no blocks in pieces were begun');
    kernel.beginPieces(1);
    kernel.hashBlocks({offset: 0, stepBytes: 10, count: 1, digests});
    expect(update).toThrow('no blocks in pieces were begun');
    kernel.beginPieces(1);
    update();
    kernel.finishPieces(digests);
    expect(update).toThrow('no blocks in pieces were begun');
  });

  it('refuses more blocks than lanes, and pieces outside of the data', () => {
    const kernel = create(randomBytes(3), {capacityBytes: 2000});
    expect(() => {
      kernel.beginPieces(kernel.lanes + 1);
    }).toThrow(RangeError);
    expect(() => {
      kernel.beginPieces(0);
    }).toThrow(RangeError);
    kernel.beginPieces(kernel.lanes);
    const strideBytes = 2000 / kernel.lanes;
    expect(() => {
      kernel.updatePieces({offset: 1, strideBytes, lengthBytes: strideBytes});
    }).toThrow(RangeError);
    expect(() => {
      kernel.updatePieces({offset: 0, strideBytes: 0, lengthBytes: -1});
    }).toThrow(RangeError);
  });
});

// The length in bits needs more than 32 bits; one digest for each byte order.
describe.each(
  KERNEL_KINDS.filter(({implementation, digestName}) => implementation === 'webassembly' && digestName !== 'sha256'),
)('a block of more than half a gibibyte, $implementation kernel for $digestName', ({digestName, create}) => {
  it('is digested like any other', () => {
    const salt = randomBytes(32);
    const kernel = create(salt, {capacityBytes: 1 << 20});
    randomFillSync(kernel.data);
    const hash = createHash(digestName).update(salt);
    kernel.beginPieces(1);
    for (let piece = 0; piece < 513; piece += 1) {
      kernel.updatePieces({offset: 0, strideBytes: 0, lengthBytes: kernel.data.length});
      hash.update(kernel.data);
    }
    const digest = Buffer.alloc(kernel.digestBytes);
    kernel.finishPieces(digest);
    expect(digest.toString('hex')).toBe(hash.digest('hex'));
  });
});
