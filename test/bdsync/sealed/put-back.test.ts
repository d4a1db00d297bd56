import {readFile, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {expect, it} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {ExtentWriter} from '#dist/bdsync/patch/extent-writer.js';
import {putBack} from '#dist/bdsync/sealed/put-back.js';
import {edited, noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const BYTES = 100_000;

/** What the device becomes when a part of an image is put back; how much of it was written. */
async function putPartBack(path: string, image: Buffer, start: number, end: number): Promise<number> {
  await using device = await openDevice(path, 'write');
  const writer = new ExtentWriter(device);
  await putBack(device, {position: start, data: image.subarray(start, end)}, writer);
  await writer.finish();
  return writer.writtenBytes;
}

it('brings back what was there, wherever it begins and ends, and nothing else', async () => {
  const path = join(await temporaryFolder(), 'disk.img');
  const old = noise(BYTES, 1);
  const place = fc.integer({min: 0, max: BYTES});
  await fc.assert(
    fc.asyncProperty(place, place, fc.integer({min: 0, max: 30}), async (one, other, edits) => {
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      const changed = edited(old, edits, 2);
      await writeFile(path, changed);
      await putPartBack(path, old, start, end);
      old.copy(changed, start, start, end);
      expect((await readFile(path)).equals(changed)).toBe(true);
    }),
  );
});

it('leaves a hole a hole', async () => {
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, '');
  await truncate(path, BYTES);
  expect(await putPartBack(path, Buffer.alloc(BYTES), 5, BYTES)).toBe(0);
  expect((await stat(path)).blocks).toBe(0);
});
