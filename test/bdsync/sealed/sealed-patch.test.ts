import {open} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {SealedPatch} from '#dist/bdsync/sealed/sealed-patch.js';
import {tryLockFile} from '#dist/file-lock.js';
import {sealedImages} from '../../support/sealed-images.js';

/** As by a process that works with the patch, or what had just begun to lock it for one that was killed. */
async function lockedPatch() {
  const {patchPath} = await sealedImages();
  const other = await open(patchPath);
  expect(await tryLockFile(other)).toBe(true);
  return {patchPath, other};
}

test('a patch that somebody has for a moment is waited for', async () => {
  const {patchPath, other} = await lockedPatch();
  const opening = SealedPatch.open(patchPath, undefined);
  await sleep(200);
  await other.close();
  await using patch = await opening;
  expect(await patch.check()).toMatchObject({contentBytes: expect.any(Number)});
});

test('a patch that somebody goes on having is refused', async () => {
  const {patchPath, other} = await lockedPatch();
  await expect(SealedPatch.open(patchPath, undefined)).rejects.toMatchObject({
    code: 'target-locked',
    message: `the patch ${patchPath} is being applied by another process`,
  });
  await other.close();
});

test('who waits can be stopped', async () => {
  const {patchPath, other} = await lockedPatch();
  const stop = new AbortController();
  const opening = SealedPatch.open(patchPath, stop.signal);
  stop.abort();
  await expect(opening).rejects.toMatchObject({code: 'cancelled'});
  await other.close();
});
