import {truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {ReadBack} from '#dist/bdsync/sealed/read-back.js';
import {noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const IMAGE_BYTES = 3_000_001;
const IMAGE = noise(IMAGE_BYTES, 1);

/** What was written, at these positions in this order, and in so many calls. */
async function compare(image: Buffer, extents: readonly (readonly [number, number])[], calls = 1, lostBytes = 0) {
  const path = join(await temporaryFolder(), 'image');
  await writeFile(path, image);
  await using device = await openDevice(path, 'read');
  await truncate(path, IMAGE_BYTES - lostBytes);
  await using readBack = new ReadBack(device);
  const written = extents.map(([position, length]) => ({
    position,
    data: IMAGE.subarray(position, Math.min(position + length, IMAGE_BYTES)),
  }));
  for (let call = 0; call < calls; call += 1) {
    const [from, to] = [call, call + 1].map((turn) => Math.floor((turn / calls) * written.length));
    await readBack.compare(written.slice(from, to));
  }
  await readBack.finish();
  return path;
}

const someExtents = fc.array(
  fc.tuple(fc.integer({min: 0, max: IMAGE_BYTES - 1}), fc.oneof(fc.constant(4096), fc.integer({min: 1, max: 65_535}))),
  {minLength: 1, maxLength: 120},
);

describe('ReadBack', () => {
  it('finds all that was written, wherever and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(someExtents, fc.integer({min: 1, max: 5}), async (extents, calls) => {
        await compare(IMAGE, extents, calls);
      }),
      {numRuns: 25},
    );
  });

  it('names the first byte that is not what was written, in the order of the extents', async () => {
    const spoilt = fc.array(fc.integer({min: 0, max: IMAGE_BYTES - 1}), {minLength: 1, maxLength: 4});
    await fc.assert(
      fc.asyncProperty(someExtents, spoilt, fc.integer({min: 1, max: 5}), async (extents, places, calls) => {
        const image = Buffer.from(IMAGE);
        for (const place of places) image[place] = (IMAGE[place] ?? 0) ^ 1;
        const hit = extents
          .map(([position, length]) => places.filter((place) => place >= position && place < position + length))
          .find((inside) => inside.length > 0);
        const outcome = compare(image, extents, calls);
        if (!hit) await outcome;
        else {
          await expect(outcome).rejects.toMatchObject({
            code: 'write',
            message: expect.stringContaining(`at position ${Math.min(...hit)} it reads back something else`),
          });
        }
      }),
      {numRuns: 40},
    );
  });

  it('tells what comes first: a difference, or what cannot be read', async () => {
    const image = Buffer.from(IMAGE);
    image[200_000] = (IMAGE[200_000] ?? 0) ^ 1;
    const extents = [
      [0, 4096],
      [200_000, 10],
      [2_900_000, 4096],
    ] as const;
    const difference = {code: 'write', message: expect.stringContaining('at position 200000')};
    await expect(compare(image, extents, 1, 500_000)).rejects.toMatchObject(difference);
    await expect(compare(image, extents, 3, 500_000)).rejects.toMatchObject(difference);
    await expect(compare(image, extents.toReversed(), 1, 500_000)).rejects.toMatchObject({code: 'read'});
  });
});
