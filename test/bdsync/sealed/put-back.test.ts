import {readFile, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {expect, it} from 'vitest';
import {type Device, openDevice} from '#dist/bdsync/device/device.js';
import {ExtentWriter} from '#dist/bdsync/patch/extent-writer.js';
import {PutBack} from '#dist/bdsync/sealed/put-back.js';
import {edited, noise} from '../../support/images.js';
import {attachLoopDevice, noLoopDevices} from '../../support/loop-device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const BYTES = 100_000;

/** What the device becomes when a part of an image is put back; how much of it was written. */
async function putPartBack(path: string, image: Buffer, start: number, end: number): Promise<number> {
  await using device = await openDevice(path, 'write');
  return await putBackTo(device, {position: start, data: image.subarray(start, end)});
}

async function putBackTo(device: Device, record: {position: number; data: Buffer}): Promise<number> {
  const writer = new ExtentWriter(device);
  using back = new PutBack(device, writer);
  await back.add(record);
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

it.skipIf(noLoopDevices !== undefined).each([
  ['zeros', Buffer.alloc(BYTES)],
  ['data', noise(BYTES, 1)],
])('does not take the word of the page cache for %s that the medium has lost', async (_, old) => {
  const path = join(await temporaryFolder(), 'disk.img');
  const image = Buffer.concat([old, Buffer.alloc(4096 - (BYTES % 4096))]);
  await writeFile(path, image);
  await using device = await openDevice(attachLoopDevice(path), 'write');
  await device.read(Buffer.alloc(image.length), 0);
  // Behind the back of the device, whose pages stay as they were.
  await writeFile(path, noise(image.length, 2), {flag: 'r+'});
  const cached = Buffer.alloc(BYTES);
  await device.read(cached, 0);
  expect(cached.equals(old)).toBe(true);
  expect(await putBackTo(device, {position: 700, data: old.subarray(700)})).toBe(BYTES - 700);
  await device.sync();
  expect((await readFile(path)).subarray(4096, BYTES).equals(old.subarray(4096))).toBe(true);
});
