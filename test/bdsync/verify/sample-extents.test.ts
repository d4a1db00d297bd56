import {describe, expect, it} from 'vitest';
import {sampleExtents} from '#dist/bdsync/verify/sample-extents.js';

const MIB = 1024 * 1024;

describe('a sample', () => {
  it('has one run of blocks in each stratum, which are equal and follow each other', () => {
    const extents = [...sampleExtents(1000 * MIB, 4096, {percent: 5, seed: 3})];
    expect(extents).toHaveLength(50);
    for (const [stratum, {position, length}] of extents.entries()) {
      expect(length).toBe(MIB);
      expect(Math.floor(position / (20 * MIB))).toBe(stratum);
    }
  });

  it('is another one with another seed, and the same with the same', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => [...sampleExtents(1000 * MIB, 4096, {percent: 1, seed})]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('of all is all, to the last byte', () => {
    const totalBytes = 7 * MIB + 123;
    const extents = [...sampleExtents(totalBytes, 4096, {percent: 100, seed: 1})];
    let end = 0;
    for (const {position, length} of extents) {
      expect(position).toBe(end);
      end += length;
    }
    expect(end).toBe(totalBytes);
  });

  it('has a run of a small device, and none of an empty one', () => {
    expect([...sampleExtents(100, 4096, {percent: 1, seed: 1})]).toEqual([{position: 0, length: 100}]);
    expect([...sampleExtents(0, 4096, {percent: 1, seed: 1})]).toEqual([]);
  });

  it('reads whole blocks where these are not a part of a MiB', () => {
    const [first] = sampleExtents(100 * MIB, 3 * MIB, {percent: 1, seed: 1});
    expect(first?.length).toBe(3 * MIB);
    for (const {position} of sampleExtents(100 * MIB, 3000, {percent: 50, seed: 1})) expect(position % 3000).toBe(0);
  });
});
