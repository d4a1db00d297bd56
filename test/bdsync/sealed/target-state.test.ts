import {copyFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {shareTarget} from '#dist/bdsync/device/share-target.js';
import {holdTarget} from '#dist/bdsync/device/target-hold.js';
import {identityOf} from '#dist/bdsync/sealed/target-state.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

async function image(): Promise<string> {
  const path = join(await temporaryFolder(), 't.img');
  await writeFile(path, 'some bytes');
  return path;
}

test('a target is known in the same way, whoever holds it', async () => {
  const path = await image();
  await using hold = await holdTarget(path, {holder: 'a test', stateDir: undefined, isShared: true});
  await using share = await shareTarget(path, undefined);
  await using device = await openDevice(path, 'write');
  expect(await identityOf(device, share.facts)).toBe(hold.facts.lastingIdentity);
  expect(await identityOf(device, hold.facts)).toBe(hold.facts.lastingIdentity);
});

test('a target that another one took the place of, since it was locked, is refused', async () => {
  const path = await image();
  await using hold = await holdTarget(path, {holder: 'a test', stateDir: undefined, isShared: true});
  await using share = await shareTarget(path, undefined);
  await copyFile(path, `${path}.other`);
  await rename(`${path}.other`, path);
  await using device = await openDevice(path, 'write');
  for (const {facts} of [hold, share]) {
    await expect(identityOf(device, facts)).rejects.toMatchObject({
      code: 'io',
      message: `${path} was removed or replaced while it was being locked`,
    });
  }
});
