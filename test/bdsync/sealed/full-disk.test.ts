import {copyFile, readdir, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {applySealedPatch} from '#dist/bdsync/sealed-patcher.js';
import type {SealedMode} from '#dist/bdsync/sealed/sealed-request.js';
import {leastJournalBytes} from '#dist/bdsync/sealed/journal-room.js';
import type {SizePolicy} from '#dist/bdsync/size-policy.js';
import {noise} from '../../support/images.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../../support/small-file-system.js';

if (noSmallFileSystem !== undefined) console.warn(`skipped, ${noSmallFileSystem}`);

const MIB = 2 ** 20;
const RESIZE: SizePolicy = {mode: 'resize', warn: false};

function apply({targetPath, patchPath}: SealedImages, mode: SealedMode = 'apply') {
  return applySealedPatch({targetPath, patchPath, mode, isHeld: true, sizePolicy: RESIZE});
}

/** The same with the patch in a folder of two MiB, of which it takes one and a little. */
async function withLittleRoom(images: SealedImages): Promise<SealedImages> {
  const small = join(images.folder, 'small');
  mountSmallFileSystem(small, '2m');
  const patchPath = join(small, 'patch');
  await copyFile(images.patchPath, patchPath);
  return {...images, patchPath};
}

describe.skipIf(noSmallFileSystem !== undefined)('where the journal does not fit beside the patch', () => {
  it('nothing is written, and what is there and needed is told', async () => {
    const images = await withLittleRoom(await sealedImages({source: noise(MIB, 3), target: noise(MIB, 4)}));
    await expect(apply(images)).rejects.toMatchObject({
      code: 'write',
      message: expect.stringMatching(
        /^cannot write the undo journal .*\/small\/patch\.journal\.new: no space left for it: it needs at least 1\.0MiB, there are \d+\.\dKiB$/,
      ),
      hint: 'nothing was written to the target',
    });
    expect(await stateOf(images)).toBe('old');
    expect(await readdir(join(images.folder, 'small'))).toEqual(['patch']);
  });

  it('a target that only becomes longer needs hardly any', async () => {
    const source = noise(MIB, 3);
    const images = await withLittleRoom(await sealedImages({source, target: noise(4096, 4), sizePolicy: RESIZE}));
    expect(await apply(images)).toMatchObject({outcome: 'applied', sizeBytes: MIB});
    expect(await stateOf(images)).toBe('new');
  });

  it('because of what is cut off, nothing is written, and nothing stays', async () => {
    const images = await withLittleRoom(
      await sealedImages({source: noise(MIB, 3), target: noise(4 * MIB, 3), sizePolicy: RESIZE}),
    );
    await expect(apply(images)).rejects.toMatchObject({
      code: 'write',
      message: expect.stringMatching(/^cannot write the undo journal .*: no space left$/),
    });
    expect(await stateOf(images)).toBe('old');
    expect(await readdir(join(images.folder, 'small'))).toEqual(['patch']);
  });
});

async function filled() {
  const images = await sealedImages({source: noise(4 * MIB, 3), target: Buffer.alloc(4 * MIB)});
  const folder = join(images.folder, 'disk');
  const disk = mountSmallFileSystem(folder, '1m');
  const targetPath = join(folder, 'target.img');
  await writeFile(targetPath, '');
  await truncate(targetPath, 4 * MIB);
  const moved = {...images, targetPath};
  await expect(apply(moved)).rejects.toMatchObject({
    code: 'write',
    message: expect.stringMatching(/^cannot write .*target\.img at position \d+: no space left$/),
    hint: expect.stringMatching(/is partly written; .*--recover finishes it, --rollback undoes it/),
  });
  expect(await stateOf(moved)).toBe('neither');
  return {disk, images: moved};
}

describe.skipIf(noSmallFileSystem !== undefined)('a target of holes on a file system that becomes full', () => {
  it('is undone, though it is full', async () => {
    const {images} = await filled();
    expect(await apply(images, 'rollback')).toMatchObject({outcome: 'rolled-back'});
    expect(await stateOf(images)).toBe('old');
    expect(await readdir(images.folder)).not.toContain('patch.journal');
  });

  it('is finished when there is room again, and not before', async () => {
    const {disk, images} = await filled();
    await expect(apply(images, 'recover')).rejects.toMatchObject({code: 'write'});
    disk.grow('8m');
    expect(await apply(images, 'recover')).toMatchObject({outcome: 'recovered'});
    expect(await stateOf(images)).toBe('new');
  });
});

it('a journal has at least what is written where there was something', () => {
  expect(leastJournalBytes(100, {before: 1000, after: 1000})).toBe(100);
  expect(leastJournalBytes(100, {before: 1000, after: 1030})).toBe(70);
  expect(leastJournalBytes(10, {before: 1000, after: 1030})).toBe(0);
  expect(leastJournalBytes(100, {before: 1030, after: 1000})).toBe(100);
});
