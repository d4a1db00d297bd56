import {execFileSync} from 'node:child_process';
import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {copyFile, link, mkdir, readdir, readFile, rm, symlink, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions} from '#dist/bdsync/client.js';
import {applySealedPatch} from '#dist/bdsync/sealed-patcher.js';
import type {SealedMode, SealedRequest} from '#dist/bdsync/sealed/sealed-request.js';
import {JournalPaths} from '#dist/bdsync/sealed/undo-journal.js';
import type {SizePolicy} from '#dist/bdsync/size-policy.js';
import {runSession} from '../../support/bdsync-session.js';
import {diffChoices, imagePair} from '../../support/image-pairs.js';
import {noise} from '../../support/images.js';
import {attachLoopDevice, noLoopDevices} from '../../support/loop-device.js';
import {readVector} from '../../support/seal-vectors.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const RESIZE: SizePolicy = {mode: 'resize', warn: false};

function apply(images: SealedImages, mode: SealedMode = 'apply', more: Partial<SealedRequest> = {}) {
  const {targetPath, patchPath} = images;
  return applySealedPatch({targetPath, patchPath, mode, isHeld: true, sizePolicy: RESIZE, ...more});
}

/** Stops an application when all is written, but not yet compared. */
async function interrupt(images: SealedImages): Promise<unknown> {
  const abort = new AbortController();
  const onProgress = ({position, sizeBytes}: {position: number; sizeBytes: number}): void => {
    if (position > sizeBytes * 0.75) abort.abort();
  };
  return await apply(images, 'apply', {onProgress, signal: abort.signal}).catch((error: unknown) => error);
}

/** Puts the patch of a comparison with a server in the place of the one that is there. */
async function sealWithServer({folder, patchPath, targetPath}: SealedImages, options: DiffOptions): Promise<void> {
  await copyFile(targetPath, join(folder, 'remote.img'));
  await copyFile(join(folder, 'source.img'), join(folder, 'local.img'));
  const {patch} = await runSession({folder, options, seal: {targetIdentity: ''}});
  await writeFile(patchPath, patch);
}

/** Changes a bit of the last extent when so much is done. */
function flipOnce(patchPath: string, share: number) {
  let isDone = false;
  return ({position, sizeBytes}: {position: number; sizeBytes: number}): void => {
    if (isDone || position < sizeBytes * share) return;
    isDone = true;
    const patch = readFileSync(patchPath);
    const offset = patch.indexOf('BDSYNC-SEAL 1\n') - 100;
    patch[offset] = (patch[offset] ?? 0) ^ 1;
    writeFileSync(patchPath, patch);
  };
}

async function namesBeside({folder}: SealedImages): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('patch')).toSorted();
}

describe('applySealedPatch', () => {
  it('makes the target like the source, whatever the images and options, and undoes half of it', async () => {
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local, remote}, choices) => {
        const options = {...choices, remoteData: false, sizePolicy: RESIZE};
        const images = await sealedImages({source: local, target: remote, ...options});
        await interrupt(images);
        // Where nothing is written, nothing can be interrupted.
        if ((await namesBeside(images)).length > 1) {
          expect(await apply(images, 'rollback')).toMatchObject({outcome: 'rolled-back'});
          expect((await readFile(images.targetPath)).equals(remote)).toBe(true);
        }
        await interrupt(images);
        await apply(images, 'recover');
        expect((await readFile(images.targetPath)).equals(local)).toBe(true);
        expect(await apply(images)).toMatchObject({outcome: 'unchanged', writtenBytes: 0});
        expect(await namesBeside(images)).toEqual(['patch']);
        await rm(images.folder, {recursive: true});
      }),
      {numRuns: 60},
    );
  });

  it('takes the seal of a comparison with a server, which is that of one without', async () => {
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, fc.boolean(), async ({local, remote}, choices, adapts) => {
        const adaptsPasses = adapts && !choices.twoPass && choices.checksum === undefined;
        const diffOptions: DiffOptions = {
          ...choices,
          adaptsPasses,
          remoteData: false,
          fixedSalt: true,
          sizePolicy: RESIZE,
        };
        const images = await sealedImages({source: local, target: remote, ...diffOptions});
        await sealWithServer(images, diffOptions);
        await apply(images);
        expect((await readFile(images.targetPath)).equals(local)).toBe(true);
        await rm(images.folder, {recursive: true});
      }),
      {numRuns: 60},
    );
  });

  it.each([
    ['without a server', 100_000, 70_001],
    ['without a server', 70_001, 100_000],
    ['with a server', 100_000, 70_001],
    ['with a server', 70_001, 100_000],
  ])('leaves what only one of them has alone, compared %s: %i and %i bytes', async (way, sourceBytes, targetBytes) => {
    const sizePolicy: SizePolicy = {mode: 'minsize', warn: false};
    const source = noise(sourceBytes, 3);
    const target = noise(targetBytes, 4);
    const images = await sealedImages({source, target, sizePolicy});
    if (way === 'with a server') await sealWithServer(images, {...DEFAULT_DIFF_OPTIONS, sizePolicy});
    expect(await apply(images, 'apply', {sizePolicy})).toMatchObject({outcome: 'applied', sizeBytes: targetBytes});
    const expected = Buffer.from(target);
    source.copy(expected);
    expect((await readFile(images.targetPath)).equals(expected)).toBe(true);
  });

  it('refuses a target that has changed where the patch writes, and names the extent', async () => {
    const images = await sealedImages({source: Buffer.alloc(20_000, 'n'), target: Buffer.alloc(20_000, 'o')});
    const changed = Buffer.from(images.before);
    changed[9000] = 0;
    await writeFile(images.targetPath, changed);
    await expect(apply(images)).rejects.toMatchObject({
      code: 'target-changed',
      message: expect.stringContaining('the extent at position 8192'),
    });
    expect((await readFile(images.targetPath)).equals(changed)).toBe(true);
    expect(await namesBeside(images)).toEqual(['patch']);
  });

  it('accepts blocks that are new already, among old ones', async () => {
    const images = await sealedImages();
    const half = Buffer.concat([images.after.subarray(0, 1 << 19), images.before.subarray(1 << 19)]);
    await writeFile(images.targetPath, half);
    expect(await apply(images)).toMatchObject({outcome: 'applied'});
    expect(await stateOf(images)).toBe('new');
  });

  it('refuses another target, and one of another size', async () => {
    const images = await sealedImages({targetIdentity: 'dm-uuid:LVM-another'});
    await expect(apply(images)).rejects.toMatchObject({
      code: 'target-changed',
      message: expect.stringMatching(/file:/),
    });
    const shorter = await sealedImages();
    await truncate(shorter.targetPath, 4096);
    await expect(apply(shorter)).rejects.toMatchObject({code: 'target-changed'});
    expect(await namesBeside(shorter)).toEqual(['patch']);
  });

  it('leaves nothing behind when it is stopped before the first write', async () => {
    const images = await sealedImages();
    const abort = new AbortController();
    const onProgress = (): void => abort.abort();
    await expect(apply(images, 'apply', {onProgress, signal: abort.signal})).rejects.toMatchObject({
      code: 'cancelled',
      hint: undefined,
    });
    expect(await stateOf(images)).toBe('old');
    expect(await namesBeside(images)).toEqual(['patch']);
  });

  it('refuses to begin again what was begun, and finishes it', async () => {
    const images = await sealedImages({target: Buffer.alloc(1 << 20)});
    expect(await interrupt(images)).toMatchObject({
      code: 'cancelled',
      hint: expect.stringMatching(/is partly written; bdsync --patch=\S+ --sealed=\S+ --recover finishes it/),
    });
    expect(await namesBeside(images)).toEqual(['patch', 'patch.journal']);
    await expect(apply(images)).rejects.toMatchObject({code: 'unfinished'});
    expect(await apply(images, 'recover')).toMatchObject({outcome: 'recovered'});
    expect(await stateOf(images)).toBe('new');
    expect(await namesBeside(images)).toEqual(['patch']);
    await expect(apply(images, 'rollback')).rejects.toMatchObject({code: 'journal'});
  });

  it('undoes with a damaged patch, and says so when it cannot finish', async () => {
    const images = await sealedImages({target: Buffer.alloc(1 << 20)});
    await interrupt(images);
    const patch = await readFile(images.patchPath);
    patch[1000] = (patch[1000] ?? 0) ^ 1;
    await writeFile(images.patchPath, patch);
    await expect(apply(images, 'recover')).rejects.toMatchObject({
      code: 'invalid-patch',
      hint: expect.stringContaining('--rollback undoes it'),
    });
    expect(await apply(images, 'rollback')).toMatchObject({outcome: 'rolled-back'});
    expect(await stateOf(images)).toBe('old');
  });

  it('refuses a journal that is damaged or foreign, and touches nothing', async () => {
    const images = await sealedImages({target: Buffer.alloc(1 << 20)});
    await interrupt(images);
    const journalPath = new JournalPaths(images.patchPath).whole;
    const journal = await readFile(journalPath);
    const state = await readFile(images.targetPath);
    const flipped = Buffer.from(journal);
    flipped[journal.length >> 1] = (journal[journal.length >> 1] ?? 0) ^ 1;
    for (const wrong of [flipped, journal.subarray(0, -1), Buffer.alloc(0), readVector('one-record.journal')]) {
      await writeFile(journalPath, wrong);
      for (const mode of ['recover', 'rollback'] as const) {
        await expect(apply(images, mode)).rejects.toMatchObject({code: 'journal'});
      }
    }
    expect((await readFile(images.targetPath)).equals(state)).toBe(true);
    await writeFile(journalPath, journal);
    expect(await apply(images, 'rollback')).toMatchObject({outcome: 'rolled-back'});
    expect(await stateOf(images)).toBe('old');
  });

  it('promises nothing about a patch that is cut off while it is applied', async () => {
    const images = await sealedImages({source: noise(4 << 20, 5), target: Buffer.alloc(4 << 20)});
    const onProgress = ({position, sizeBytes}: {position: number; sizeBytes: number}): void => {
      if (position >= sizeBytes / 2) truncateSync(images.patchPath, 1000);
    };
    await expect(apply(images, 'apply', {onProgress})).rejects.toMatchObject({
      code: 'invalid-patch',
      hint: expect.stringMatching(/is partly written, and can be neither finished nor undone: compare it anew$/),
    });
    await expect(apply(images, 'rollback')).rejects.toMatchObject({
      code: 'journal',
      message: expect.stringContaining('is cut off, or damaged at its end'),
    });
  });

  it.each([
    ['a fifo', (path: string) => void execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdir(path)],
    ['a symbolic link', (path: string) => symlink('elsewhere', path)],
  ])('takes nothing that is no file for a journal: %s', async (_what, make) => {
    const images = await sealedImages();
    const {whole, fresh} = new JournalPaths(images.patchPath);
    for (const place of [whole, fresh]) {
      await make(place);
      for (const mode of ['apply', 'recover', 'rollback'] as const) {
        await expect(apply(images, mode)).rejects.toMatchObject({
          code: 'journal',
          message: expect.stringContaining(`${place} does not begin as an undo journal`),
        });
      }
      await rm(place, {recursive: true});
    }
    expect(await stateOf(images)).toBe('old');
  });

  it.skipIf(noLoopDevices !== undefined).each([4, 300])(
    'leaves nothing behind on a device that is set read-only before the first write of %d KiB',
    async (kibibytes) => {
      const before = Buffer.alloc(1 << 20);
      const after = Buffer.concat([noise(kibibytes * 1024, 1), before.subarray(kibibytes * 1024)]);
      const images = await sealedImages({source: after, target: before});
      const targetPath = attachLoopDevice(images.targetPath);
      onTestFinished(() => void execFileSync('blockdev', ['--setrw', targetPath]));
      const onBegin = (): void => void execFileSync('blockdev', ['--setro', targetPath]);
      await expect(apply({...images, targetPath}, 'apply', {isHeld: false, onBegin})).rejects.toMatchObject({
        code: 'write',
        message: expect.stringContaining('operation not permitted'),
        hint: undefined,
      });
      expect(await readdir(images.folder)).not.toContain('patch.journal');
      expect((await readFile(targetPath)).equals(before)).toBe(true);
    },
  );

  it('does not apply a patch to itself, whatever it is called', async () => {
    const images = await sealedImages();
    const {patchPath, folder} = images;
    const [hardLink, symbolicLink] = [join(folder, 'hard'), join(folder, 'symbolic')];
    await link(patchPath, hardLink);
    await symlink(patchPath, symbolicLink);
    for (const targetPath of [patchPath, hardLink, symbolicLink]) {
      await expect(apply({...images, targetPath}, 'apply', {isHeld: false})).rejects.toMatchObject({
        code: 'invalid-parameters',
        message: `${targetPath} is the patch ${patchPath} itself`,
      });
    }
  });

  it('tells a journal of its own from what merely has its name, and removes nothing of others', async () => {
    const images = await sealedImages({target: Buffer.alloc(1 << 20)});
    const {whole, fresh} = new JournalPaths(images.patchPath);
    const patch = await readFile(images.patchPath);
    const damaged = Buffer.from(patch);
    damaged[1000] = (patch[1000] ?? 0) ^ 1;
    for (const [content, trouble] of [
      [Buffer.from('notes of somebody'), 'was not written by this program'],
      [readVector('one-record.journal'), 'does not belong to the patch'],
    ] as const) {
      await writeFile(whole, content);
      for (const mode of ['apply', 'recover', 'rollback'] as const) {
        await expect(apply(images, mode)).rejects.toMatchObject({
          code: 'journal',
          message: expect.stringContaining(trouble),
          hint: expect.not.stringContaining('--rollback'),
        });
      }
      await writeFile(images.patchPath, damaged);
      await expect(apply(images)).rejects.toMatchObject({code: 'invalid-patch', hint: undefined});
      await writeFile(images.patchPath, patch);
      expect((await readFile(whole)).equals(content)).toBe(true);
    }
    await rm(whole);
    await mkdir(whole);
    await expect(apply(images)).rejects.toMatchObject({code: 'journal'});
    await rm(whole, {recursive: true});
    await writeFile(fresh, 'notes of somebody');
    for (const mode of ['apply', 'rollback'] as const) {
      await expect(apply(images, mode)).rejects.toMatchObject({
        code: 'journal',
        message: expect.stringContaining(fresh),
      });
    }
    expect(await readFile(fresh, 'utf8')).toBe('notes of somebody');
    expect(await stateOf(images)).toBe('old');
    // As a power cut may leave one.
    await writeFile(fresh, Buffer.alloc(5000));
    expect(await apply(images)).toMatchObject({outcome: 'applied'});
    expect(await namesBeside(images)).toEqual(['patch']);
  });

  it('has nothing to undo when nothing was begun, and clears a journal that is not whole', async () => {
    const images = await sealedImages();
    await writeFile(new JournalPaths(images.patchPath).fresh, 'BDSYNC-UN');
    expect(await apply(images, 'rollback')).toMatchObject({outcome: 'untouched'});
    expect(await namesBeside(images)).toEqual(['patch']);
    await writeFile(new JournalPaths(images.patchPath).fresh, 'BDSYNC-UN');
    expect(await apply(images, 'recover')).toMatchObject({outcome: 'applied'});
    await writeFile(new JournalPaths(images.patchPath).fresh, 'BDSYNC-UN');
    await expect(apply(images, 'rollback')).rejects.toMatchObject({code: 'journal'});
    expect(await namesBeside(images)).toEqual(['patch']);
    expect(await stateOf(images)).toBe('new');
    expect(await namesBeside(images)).toEqual(['patch']);
  });

  it('refuses any damage to the patch or the seal before it touches anything', async () => {
    const images = await sealedImages();
    const patch = await readFile(images.patchPath);
    for (let index = 0; index < 60; index += 1) {
      const offset = Math.floor((index / 60) * patch.length);
      const damaged = Buffer.from(patch);
      damaged[offset] = (patch[offset] ?? 0) ^ 4;
      for (const bytes of [damaged, patch.subarray(0, offset)]) {
        await writeFile(images.patchPath, bytes);
        await expect(apply(images)).rejects.toMatchObject({code: 'invalid-patch'});
      }
    }
    expect(await stateOf(images)).toBe('old');
    expect(await namesBeside(images)).toEqual(['patch']);
  });

  it.each([
    ['stays in memory', 4 << 20, 4096],
    ['is too large to stay in memory', 34 << 20, 4096],
    ['has too many blocks to stay in memory', 9 << 20, 512],
  ])('finds out when a patch changes that %s', async (_, bytes, blockBytes) => {
    const images = await sealedImages({source: noise(bytes, 5), target: Buffer.alloc(bytes), blockBytes});
    await expect(apply(images, 'apply', {onProgress: flipOnce(images.patchPath, 0.5)})).rejects.toMatchObject({
      code: 'invalid-patch',
      message: `the patch ${images.patchPath} has changed since it was checked`,
      hint: expect.stringMatching(/is partly written, and cannot be finished; bdsync .* --rollback undoes it$/),
    });
    expect(await apply(images, 'rollback')).toMatchObject({outcome: 'rolled-back'});
    expect(await stateOf(images)).toBe('old');
  });

  it('says that a patch has no seal', async () => {
    const folder = await temporaryFolder();
    const images = await sealedImages();
    await writeFile(join(folder, 'source.img'), images.after);
    const patch = await readFile(images.patchPath);
    await writeFile(images.patchPath, patch.subarray(0, patch.indexOf('BDSYNC-SEAL 1\n')));
    await expect(apply(images)).rejects.toMatchObject({
      code: 'invalid-patch',
      message: expect.stringContaining('no seal'),
    });
  });

  it('reads a block device back past the page cache', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const images = await sealedImages();
    const device = attachLoopDevice(images.targetPath);
    expect(await apply(images, 'apply', {targetPath: device, isHeld: false})).toMatchObject({
      outcome: 'applied',
      readBack: 'direct',
    });
    expect(await stateOf(images)).toBe('new');
  });
});
