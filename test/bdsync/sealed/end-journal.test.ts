import {renameSync, rmSync} from 'node:fs';
import {mkdir, readdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {applySealedPatch} from '#dist/bdsync/sealed-patcher.js';
import type {SealedMode, SealedRequest} from '#dist/bdsync/sealed/sealed-request.js';
import {endJournal} from '#dist/bdsync/sealed/end-journal.js';
import {JournalPaths} from '#dist/bdsync/sealed/undo-journal.js';
import {STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';

/** With the patch in a folder of its own, which is not that of the target. */
async function imagesApart(): Promise<SealedImages> {
  const images = await sealedImages({target: Buffer.alloc(1 << 20)});
  const folder = join(images.folder, 'patches');
  await mkdir(folder);
  await rename(images.patchPath, join(folder, 'patch'));
  return {...images, patchPath: join(folder, 'patch')};
}

function apply({targetPath, patchPath}: SealedImages, mode: SealedMode, more: Partial<SealedRequest> = {}) {
  return applySealedPatch({targetPath, patchPath, mode, isHeld: true, sizePolicy: STRICT_SIZE_POLICY, ...more});
}

/** Does something when all is written, and is being compared. */
function whenWritten(act: () => void) {
  let isDone = false;
  return ({position, sizeBytes}: {position: number; sizeBytes: number}): void => {
    if (isDone || position <= sizeBytes * 0.75) return;
    isDone = true;
    act();
  };
}

it('a journal that is gone, and its folder cannot be synced, is a warning behind a success', async () => {
  const images = await imagesApart();
  const folder = join(images.folder, 'patches');
  const onProgress = whenWritten(() => {
    rmSync(new JournalPaths(images.patchPath).whole);
    renameSync(folder, `${folder}-moved`);
  });
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  expect(await apply(images, 'apply', {onProgress, onWarning})).toMatchObject({outcome: 'applied'});
  expect(warnings).toEqual([expect.stringMatching(/^cannot bring the folder of .* to its medium.*may come back/)]);
  expect(await stateOf(images)).toBe('new');
});

it('a journal that cannot be removed is told, and that the target is whole; the next one removes it', async () => {
  const images = await imagesApart();
  const {whole} = new JournalPaths(images.patchPath);
  const onProgress = whenWritten(() => {
    renameSync(whole, `${whole}.kept`);
    // A folder that is not empty is not removed as a file is.
    renameSync(`${images.folder}/in-its-way`, whole);
  });
  await mkdir(`${images.folder}/in-its-way/within`, {recursive: true});
  await expect(apply(images, 'apply', {onProgress})).rejects.toMatchObject({
    code: 'write',
    message: expect.stringContaining(`cannot remove ${whole}`),
    hint: expect.stringMatching(/^all was written to .*, and read back; .* --recover goes through it again/),
  });
  expect(await stateOf(images)).toBe('new');
  await rm(whole, {recursive: true});
  await rename(`${whole}.kept`, whole);
  expect(await apply(images, 'recover')).toMatchObject({outcome: 'recovered'});
  expect(await readdir(join(images.folder, 'patches'))).toEqual(['patch']);
});

it('what was undone is told in the same way', async () => {
  const {patchPath, targetPath} = await imagesApart();
  const paths = new JournalPaths(patchPath);
  await mkdir(join(paths.whole, 'within'), {recursive: true});
  const request = {patchPath, targetPath, mode: 'rollback', isHeld: true, sizePolicy: STRICT_SIZE_POLICY} as const;
  await expect(endJournal({paths, request})).rejects.toMatchObject({
    code: 'write',
    hint: expect.stringContaining('--rollback goes through it again'),
  });
});
