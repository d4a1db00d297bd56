import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openedCryptName} from '#dist/opened-crypt.js';
import {temporaryFolder} from './support/temporary-folder.js';

test.each([
  ['CRYPT-LUKS2-8f0c9b5a1d3e4f60a1b2c3d4e5f60718-home', 'home'],
  ['CRYPT-LUKS1-8f0c9b5a1d3e4f60a1b2c3d4e5f60718-home', 'home'],
  ['CRYPT-PLAIN-home', 'home'],
  ['part1-CRYPT-LUKS2-8f0c9b5a1d3e4f60a1b2c3d4e5f60718-home', 'home'],
  ['CRYPT-VERITY-8f0c9b5a1d3e4f60a1b2c3d4e5f60718-home', undefined],
  ['CRYPT-INTEGRITY-home', undefined],
  ['CRYPT-SUBDEV-8f0c9b5a1d3e4f60a1b2c3d4e5f60718-home_dif', undefined],
  ['LVM-bkSQHBbD2xyFFqzMQcGcJxbWQ0MOxrMVN6b2Fx9DgSmYuTzXIhfVgpDHaC8Nh0Ds', undefined],
])('what the kernel calls %s is opened as: %s', async (uuid, name) => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'dm'));
  await writeFile(join(folder, 'dm/uuid'), `${uuid}\n`);
  await writeFile(join(folder, 'dm/name'), 'home\n');
  expect(await openedCryptName({major: 253, minor: 0}, folder)).toBe(name);
});

test('a device that is not mapped is not opened', async () => {
  expect(await openedCryptName({major: 8, minor: 0}, await temporaryFolder())).toBeUndefined();
});
