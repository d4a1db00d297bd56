import {createHash, randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {BlockHasher, findDigest} from '#dist/bdsync/hash/digest.js';
import {RangeHasher} from '#dist/bdsync/hash/range-hasher.js';
import {RunningChecksum} from '#dist/bdsync/hash/running-checksum.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const SALT = Buffer.from('some salt');

function hasherFor(name: string): BlockHasher {
  const algorithm = findDigest(name);
  if (!algorithm) throw new Error(`no ${name}`);
  return new BlockHasher(algorithm, SALT);
}

function saltedDigest(name: string, block: Buffer): string {
  return createHash(name).update(SALT).update(block).digest('hex');
}

/** An image with stretches of zeros, the size of which is no multiple of anything. */
function someImage(bytes: number): Buffer {
  const image = randomBytes(bytes);
  for (let start = 0; start < bytes; start += 100_000) image.subarray(start, start + 30_000).fill(0);
  return image;
}

interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

describe('RangeHasher', () => {
  it('digests salt and block, zero padded past the end, and shows what it digested', async () => {
    const path = join(await temporaryFolder(), 'image');
    const image = someImage(2_500_001);
    await writeFile(path, image);
    await using device = await openDevice(path, 'read');
    const options = fc.record({
      step: fc.oneof(fc.integer({min: 1000, max: 70_000}), fc.integer({min: 900_000, max: 2_700_000})),
      skipped: fc.nat({max: 20}),
      count: fc.integer({min: 1, max: 40}),
      sizeBytes: fc.integer({min: 0, max: image.length}),
      zeroBlocks: fc.boolean(),
      digest: fc.constantFrom('md5', 'sha1', 'sha256', 'sha512'),
    });
    await fc.assert(
      fc.asyncProperty(options, async ({step, skipped, count, sizeBytes, zeroBlocks, digest}) => {
        const padded = Buffer.alloc((skipped + count) * step);
        image.copy(padded, 0, 0, sizeBytes);
        const hasher = new RangeHasher({device, sizeBytes, hasher: hasherFor(digest), zeroBlocks});
        const start = skipped * step;
        for (const [index, {value, data}] of (await hashAll(hasher, {start, step, count})).entries()) {
          const block = padded.subarray(start + index * step, start + (index + 1) * step);
          expect(value, `block ${index}`).toBe(saltedDigest(digest, block));
          expect(data?.equals(block) ?? true).toBe(true);
        }
      }),
      {numRuns: 40},
    );
  });

  it('shows the data of blocks up to 1 MiB, so that it need not be read again', async () => {
    const path = join(await temporaryFolder(), 'image');
    await writeFile(path, randomBytes(3 << 20));
    await using device = await openDevice(path, 'read');
    const hasher = new RangeHasher({device, sizeBytes: device.sizeBytes, hasher: hasherFor('md5'), zeroBlocks: false});
    const blocks = await hashAll(hasher, {start: 0, step: 1 << 20, count: 3});
    expect(blocks.map(({data}) => data?.length)).toEqual([1 << 20, 1 << 20, 1 << 20]);
  });

  it.each([4096, 65536, 3_000_000])('feeds a checksum with every block once (step %i)', async (step) => {
    const path = join(await temporaryFolder(), 'image');
    const image = someImage(1_234_567);
    await writeFile(path, image);
    await using device = await openDevice(path, 'read');
    const hasher = new RangeHasher({device, sizeBytes: image.length, hasher: hasherFor('md5'), zeroBlocks: true});
    const checksum = new RunningChecksum('sha256');
    const count = Math.ceil(2_000_000 / step);
    const half = Math.ceil(count / 2);
    await hashAll(hasher, {start: 0, step, count: half}, checksum);
    await hashAll(hasher, {start: 0, step: step / 2, count: 2}, checksum);
    await hashAll(hasher, {start: (half - 1) * step, step, count: count - half + 1}, checksum);
    const padded = Buffer.alloc(count * step);
    image.copy(padded);
    expect(Buffer.from(checksum.finish()).toString('hex')).toBe(createHash('sha256').update(padded).digest('hex'));
  });
});

describe('findDigest', () => {
  it.each([
    ['md5', 16],
    ['MD5', 16],
    ['sha256', 32],
    ['RSA-SHA1', 20],
    ['sha512-256', 32],
    ['blake2b512', 64],
  ])('knows %s', (name, digestBytes) => {
    expect(findDigest(name)).toEqual({name, digestBytes});
  });

  it.each(['', 'md17', '../md5'])('does not know %j', (name) => {
    expect(findDigest(name)).toBeUndefined();
  });
});

async function hashAll(hasher: RangeHasher, range: Range, checksum?: RunningChecksum) {
  const blocks: {value: string; data: Buffer | undefined}[] = [];
  for await (const batch of hasher.hash(range, checksum)) {
    expect(batch.firstIndex).toBe(blocks.length);
    const digestBytes = batch.digests.length / batch.count;
    for (let index = 0; index < batch.count; index += 1) {
      const value = batch.digests.subarray(index * digestBytes, (index + 1) * digestBytes).toString('hex');
      const data = batch.data && Buffer.from(batch.data.subarray(index * range.step, (index + 1) * range.step));
      blocks.push({value, data});
    }
  }
  expect(blocks).toHaveLength(range.count);
  return blocks;
}
