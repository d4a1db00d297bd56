import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {shareTarget} from '#dist/bdsync/device/share-target.js';
import {type HoldOptions, holdTarget} from '#dist/bdsync/device/target-hold.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const OPTIONS: HoldOptions = {holder: 'a test', stateDir: undefined};

async function image(): Promise<string> {
  const path = join(await temporaryFolder(), 't.img');
  await writeFile(path, 'some bytes');
  return path;
}

it('a target that is held and shared stays out of reach until both have let go, whoever does so first', async () => {
  const path = await image();
  const first = await holdTarget(path, {...OPTIONS, isShared: true});
  const writer = await shareTarget(path, undefined);
  await expect(holdTarget(path, OPTIONS)).rejects.toMatchObject({code: 'target-locked'});
  await first[Symbol.asyncDispose]();
  await expect(holdTarget(path, OPTIONS)).rejects.toMatchObject({code: 'target-locked'});
  await writer[Symbol.asyncDispose]();
  await using second = await holdTarget(path, OPTIONS);
  expect(second.facts.sizeBytes).toBe(10);
});

it('a target that somebody holds for himself alone is not shared', async () => {
  const path = await image();
  await using _hold = await holdTarget(path, OPTIONS);
  await expect(shareTarget(path, undefined)).rejects.toMatchObject({code: 'target-locked'});
});
