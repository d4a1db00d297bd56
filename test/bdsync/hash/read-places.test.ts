import {open, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {BlockReader} from '#dist/bdsync/hash/block-reader.js';
import {pageAligned} from '#dist/bdsync/hash/page-aligned.js';
import {readPlaces} from '#dist/bdsync/hash/read-places.js';
import {noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const IMAGE_BYTES = 1_000_001;
/** Longer than what is read without another thread. */
const PLACE_BYTES = 80 * 1024;

/** An image that ends before the size that counts does, by so much. */
async function openImage(lostBytes = 0) {
  const path = join(await temporaryFolder(), 'image');
  const image = noise(IMAGE_BYTES, 1);
  await writeFile(path, image);
  await truncate(path, IMAGE_BYTES - lostBytes);
  const handle = await open(path);
  return {image, handle, setup: {descriptor: handle.fd, path, sizeBytes: IMAGE_BYTES}};
}

/** Places of whole pages, one behind the other in aligned memory: direct reads can fill them. */
function placesAt(positions: readonly number[], bytes: number) {
  const memory = pageAligned(positions.length * bytes);
  return positions.map((position, index) => ({
    position,
    buffer: memory.subarray(index * bytes, (index + 1) * bytes).fill(7),
  }));
}

describe('readPlaces', () => {
  it('reads what is there, with zeros past the end, past the page cache or not', async () => {
    const {image, handle, setup} = await openImage();
    await using _ = handle;
    const padded = Buffer.concat([image, Buffer.alloc(2 * PLACE_BYTES)]);
    const positions = fc.array(fc.integer({min: 0, max: IMAGE_BYTES + 5000}), {maxLength: 80});
    const bytes = fc.constantFrom(1, 4096, 8192, PLACE_BYTES);
    await fc.assert(
      fc.asyncProperty(positions, bytes, fc.boolean(), fc.boolean(), async (anywhere, length, isDirect, isAligned) => {
        using reader = new BlockReader({...setup, isDirect});
        const places = placesAt(
          anywhere.map((position) => (isAligned ? position - (position % 4096) : position)),
          length,
        );
        expect(await readPlaces(reader, places)).toEqual({count: places.length});
        for (const {position, buffer} of places) {
          expect(padded.subarray(position, position + length).equals(buffer)).toBe(true);
        }
      }),
      {numRuns: 40},
    );
  });

  it.each([
    ['through the page cache', false, 4096],
    ['past the page cache', true, 4096],
    ['in large pieces', false, PLACE_BYTES],
  ])('tells the first place that fails, and fills all before, %s', async (_, isDirect, bytes) => {
    const {image, handle, setup} = await openImage(500_000);
    await using _handle = handle;
    using reader = new BlockReader({...setup, isDirect});
    const lost = [720_896, 655_360, 589_824];
    const positions = [...Array.from({length: 70}, (__, index) => (index % 5) * 4096), ...lost, 0];
    const places = placesAt(positions, bytes);
    const {count, failure} = await readPlaces(reader, places);
    expect(count).toBe(70);
    expect(failure).toMatchObject({
      code: 'read',
      message: `cannot read ${setup.path} at position 720896: it has become shorter than the 1000001 bytes it had`,
    });
    for (const {position, buffer} of places.slice(0, count)) {
      expect(image.subarray(position, position + bytes).equals(buffer)).toBe(true);
    }
  });
});
