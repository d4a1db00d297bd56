import {truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {OldOrNew, type TwoContents} from '#dist/bdsync/sealed/old-or-new.js';
import {noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const BYTES = 5_000_000;
const OLD = noise(BYTES, 1);
const NEW = noise(BYTES, 2);

function placeAt(position: number, bytes: number): TwoContents {
  const end = position + bytes;
  return {position, old: OLD.subarray(position, end), new: NEW.subarray(position, end)};
}

/** Looks at an image, of which the end, when that many bytes are lost, cannot be read any more. */
async function look(image: Buffer, places: readonly TwoContents[], lostBytes = 0): Promise<void> {
  const path = join(await temporaryFolder(), 'image');
  await writeFile(path, image);
  await using device = await openDevice(path, 'read');
  await truncate(path, image.length - lostBytes);
  using target = new OldOrNew(device);
  for (const place of places) await target.add(place);
  await target.finish();
}

function changedAt(place: number): Buffer {
  const image = Buffer.from(OLD);
  image[place] = [1, 2, 3].find((byte) => byte !== OLD[place] && byte !== NEW[place]) ?? 0;
  return image;
}

describe('OldOrNew', () => {
  it('looks at all places, whatever their order, length and number', async () => {
    const many = Array.from({length: 9000}, (_, index) => placeAt(((index * 7) % 9000) * 500, 300));
    const long = [placeAt(3_000_000, 1 << 20), placeAt(7, 1 << 20), placeAt(2_000_000, 1), placeAt(2_000_001, 70_000)];
    for (const places of [many, long]) {
      await look(OLD, places);
      await look(NEW, places);
      for (const index of [0, 1, 2, places.length - 1]) {
        const {position, old} = places[index] ?? placeAt(0, 1);
        const place = position + (old.length >> 1);
        await expect(look(changedAt(place), places)).rejects.toMatchObject({code: 'target-changed'});
      }
    }
    await look(changedAt(400), many);
  });

  it('takes a sector as old or new only as a whole', async () => {
    const sectors = Buffer.concat([OLD.subarray(0, 512), NEW.subarray(512, 1024), OLD.subarray(1024, 2048)]);
    await look(sectors, [placeAt(0, 2048)]);
    const halves = Buffer.concat([OLD.subarray(0, 256), NEW.subarray(256, 512)]);
    await expect(look(halves, [placeAt(0, 512)])).rejects.toMatchObject({
      code: 'target-changed',
      message: expect.stringContaining('at position 0 it has neither'),
    });
    // Each place was written by itself.
    await look(halves, [placeAt(0, 256), placeAt(256, 256)]);
  });

  it('takes what cannot be read for what may be written, and looks at the rest', async () => {
    const places = [placeAt(0, 65_536), placeAt(BYTES - 65_536, 65_536), placeAt(65_536, 65_536)];
    await look(OLD, places, 40_000);
    for (const place of [100, BYTES - 60_000, 70_000]) {
      await expect(look(changedAt(place), places, 40_000)).rejects.toMatchObject({code: 'target-changed'});
    }
  });
});
