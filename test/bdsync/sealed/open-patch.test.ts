import {open, rename, rm, writeFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {openPatch} from '#dist/bdsync/sealed/open-patch.js';
import {tryLockFile} from '#dist/file-lock.js';
import {isFileAt} from '#dist/is-file-at.js';
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
  const opening = openPatch(patchPath, undefined);
  await sleep(200);
  await other.close();
  await using patch = await opening;
  expect(await isFileAt(patchPath, patch)).toBe(true);
  await using again = await open(patchPath);
  expect(await tryLockFile(again)).toBe(false);
});

test('a patch that somebody goes on having is refused', async () => {
  const {patchPath, other} = await lockedPatch();
  await expect(openPatch(patchPath, undefined)).rejects.toMatchObject({
    code: 'target-locked',
    message: `the patch ${patchPath} is being applied by another process`,
  });
  await other.close();
});

test('who waits can be stopped', async () => {
  const {patchPath, other} = await lockedPatch();
  const stop = new AbortController();
  const opening = openPatch(patchPath, stop.signal);
  stop.abort();
  await expect(opening).rejects.toMatchObject({code: 'cancelled'});
  await other.close();
});

test('a patch that is removed while it is waited for is not there, and not one that nobody has', async () => {
  const {patchPath, other} = await lockedPatch();
  const opening = openPatch(patchPath, undefined);
  await sleep(200);
  await rm(patchPath);
  await other.close();
  await expect(opening).rejects.toMatchObject({
    code: 'patch-unreadable',
    message: expect.stringContaining(`cannot open the patch ${patchPath}: `),
  });
});

test('another patch that takes its place while it is waited for is the one that is opened', async () => {
  const {patchPath, other} = await lockedPatch();
  const opening = openPatch(patchPath, undefined);
  await sleep(200);
  await writeFile(`${patchPath}.other`, 'another one');
  await rename(`${patchPath}.other`, patchPath);
  await other.close();
  await using patch = await opening;
  expect(await patch.readFile('utf8')).toBe('another one');
});
