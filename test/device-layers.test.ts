import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {truncate, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {blockDevice, identifyPath, type LocalIdentity, parseDeviceNumber} from '#dist/device-identity.js';
import {isLayerOfOther} from '#dist/device-layers.js';
import {attachLoopDevice, noLoopDevices} from './support/loop-device.js';
import {temporaryFolder} from './support/temporary-folder.js';

async function identityOf(path: string): Promise<LocalIdentity> {
  const identity = await identifyPath(path);
  if (!identity) throw new Error(`${path} has no identity`);
  return identity;
}

async function imageOf(sizeBytes: number): Promise<string> {
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, '');
  await truncate(path, sizeBytes);
  return path;
}

test('two files have nothing to do with each other', async () => {
  const [one, other] = [await imageOf(512), await imageOf(512)];
  expect(await isLayerOfOther(await identityOf(one), await identityOf(other))).toBe(false);
});

const skip = noLoopDevices;

describe.skipIf(skip !== undefined)(`layers${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  test('a loop device lies on its file, and one on that on both', async () => {
    const image = await imageOf(2 ** 20);
    const lower = attachLoopDevice(image);
    const upper = attachLoopDevice(lower);
    const [file, below, above] = [await identityOf(image), await identityOf(lower), await identityOf(upper)];
    for (const [a, b] of [
      [file, below],
      [below, above],
      [file, above],
    ] as const) {
      expect(await isLayerOfOther(a, b)).toBe(true);
      expect(await isLayerOfOther(b, a)).toBe(true);
    }
    const stranger = await identityOf(attachLoopDevice(await imageOf(2 ** 20)));
    expect(await isLayerOfOther(stranger, above)).toBe(false);
    expect(await isLayerOfOther(stranger, file)).toBe(false);
  });

  test('a partition lies on its disk, and not on another partition', async () => {
    const image = await imageOf(4 * 2 ** 20);
    const disk = attachLoopDevice(image, ['--partscan']);
    const [one, two] = [addPartition(disk, 1, 2048), addPartition(disk, 2, 4096)];
    expect(await isLayerOfOther(one, await identityOf(disk))).toBe(true);
    expect(await isLayerOfOther(await identityOf(image), two)).toBe(true);
    expect(await isLayerOfOther(one, two)).toBe(false);
  });
});

/** Known by what the kernel says: in a container, nobody makes the node in /dev. It goes with the loop device. */
function addPartition(disk: string, partition: number, firstSector: number): LocalIdentity {
  execFileSync('addpart', [disk, String(partition), String(firstSector), '2048']);
  const name = basename(disk);
  const number = parseDeviceNumber(readFileSync(`/sys/block/${name}/${name}p${partition}/dev`, 'latin1').trim());
  if (!number) throw new Error(`${disk} has no partition ${partition}`);
  return blockDevice(number);
}
