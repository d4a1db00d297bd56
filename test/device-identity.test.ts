import {link, mkdir, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  identifyPath,
  identityText,
  isSameDevice,
  parseDeviceNumber,
  readBootId,
  splitDeviceNumber,
} from '#dist/device-identity.js';
import {attachLoopDevice, noLoopDevices} from './support/loop-device.js';
import {temporaryFolder} from './support/temporary-folder.js';

describe('a device number', () => {
  test.each([
    [0x0801n, 8, 1],
    [0xfd04n, 253, 4],
    [0x10_08ffn, 8, 0x1ff],
    [0x1000_0000_0100n, 0x1001, 0],
    [0xffff_ffff_ffff_ffffn, 0xffff_ffff, 0xffff_ffff],
  ])('%d is %d:%d', (packed, major, minor) => {
    expect(splitDeviceNumber(packed)).toEqual({major, minor});
  });

  test('of any size is split as glibc has packed it', () => {
    const number = fc.nat({max: 0xffff_ffff});
    fc.assert(
      fc.property(number, number, (major, minor) => {
        expect(splitDeviceNumber(makedev(BigInt(major), BigInt(minor)))).toEqual({major, minor});
      }),
    );
  });

  test('is read as the kernel writes it', () => {
    expect(parseDeviceNumber('253:4')).toEqual({major: 253, minor: 4});
    for (const text of ['', '253', '253:4:1', 'x:4', ' 253:4']) expect(parseDeviceNumber(text)).toBeUndefined();
  });
});

describe('an identity', () => {
  test('of a file is the same by every path to it, and its own', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'disk.img');
    await writeFile(path, 'x');
    await writeFile(join(folder, 'other.img'), 'x');
    await link(path, join(folder, 'hard'));
    await symlink('disk.img', join(folder, 'soft'));
    const [identity, hard, soft, other] = await Promise.all(
      ['disk.img', 'hard', 'soft', 'other.img'].map((name) => identifyPath(join(folder, name))),
    );
    if (!identity || !hard || !soft || !other) throw new Error('a file has no identity');
    expect(isSameDevice(identity, hard)).toBe(true);
    expect(isSameDevice(identity, soft)).toBe(true);
    expect(isSameDevice(identity, other)).toBe(false);
    expect(identityText(identity)).toMatch(new RegExp(`^inode:\\d+:\\d+:${(await stat(path)).ino}$`));
  });

  test('is not there for what is no device', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'folder'));
    for (const path of [join(folder, 'none'), join(folder, 'folder'), '/dev/null']) {
      expect(await identifyPath(path)).toBeUndefined();
    }
  });

  test.skipIf(noLoopDevices !== undefined)(
    `of a block device is its number${noLoopDevices === undefined ? '' : ` (skipped: ${noLoopDevices})`}`,
    async () => {
      const image = join(await temporaryFolder(), 'disk.img');
      await writeFile(image, Buffer.alloc(4096));
      const identity = await identifyPath(attachLoopDevice(image));
      expect(identity).toMatchObject({kind: 'block', major: 7, inode: '0'});
      expect(identity && identityText(identity)).toBe(`rdev:7:${identity?.minor}`);
    },
  );
});

test('the boot id is a line', async () => {
  expect(await readBootId()).toMatch(/^[0-9a-f-]{36}$/);
});

/** As gnu_dev_makedev(3) does it. */
function makedev(major: bigint, minor: bigint): bigint {
  return ((major & 0xfffn) << 8n) | ((major & 0xffff_f000n) << 32n) | (minor & 0xffn) | ((minor & 0xffff_ff00n) << 12n);
}
