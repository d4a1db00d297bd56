import {readFile, writeFile} from 'node:fs/promises';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {applySealedPatch} from '#dist/bdsync/sealed-patcher.js';
import type {SealedMode, SealedRequest} from '#dist/bdsync/sealed/sealed-request.js';
import {JournalWriter} from '#dist/bdsync/sealed/journal-writer.js';
import {SealedPatch} from '#dist/bdsync/sealed/sealed-patch.js';
import {JournalPaths} from '#dist/bdsync/sealed/undo-journal.js';
import {diffChoices, imagePair} from '../../support/image-pairs.js';
import {noise} from '../../support/images.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';

const RESIZE = {mode: 'resize', warn: false} as const;
const SECTOR_BYTES = 512;
const MODES = ['recover', 'rollback'] as const;

function apply({targetPath, patchPath}: SealedImages, mode: SealedMode, more: Partial<SealedRequest> = {}) {
  return applySealedPatch({targetPath, patchPath, mode, isHeld: true, sizePolicy: RESIZE, ...more});
}

/** Begins an application, and stops it when its journal is in its place. Whether there was anything to write. */
async function begin(images: SealedImages): Promise<boolean> {
  const abort = new AbortController();
  const outcome = await apply(images, 'apply', {
    signal: abort.signal,
    onProgress: ({position, sizeBytes}) => position > sizeBytes * 0.75 && abort.abort(),
  }).catch((error: unknown) => error);
  return outcome instanceof Error;
}

/** What a power cut may leave: of each sector the old content or the new one, in a file of one of both sizes. */
function torn({before, after}: SealedImages, isNew: (sector: number) => boolean, bytes: number): Buffer {
  const longest = Math.max(before.length, after.length);
  const [old, brought] = [before, after].map((image) => Buffer.concat([image, Buffer.alloc(longest - image.length)]));
  const mixed = Buffer.alloc(longest);
  for (let start = 0; start < longest; start += SECTOR_BYTES) {
    const from = isNew(start / SECTOR_BYTES) && start < after.length ? brought : old;
    from?.copy(mixed, start, start, start + SECTOR_BYTES);
  }
  // What is cut off is so as a whole.
  if (bytes > after.length) before.copy(mixed, after.length, after.length);
  return mixed.subarray(0, bytes);
}

/** Where both images have something, and not the same. */
function differingPlaces({before, after}: SealedImages): number[] {
  const shared = Math.min(before.length, after.length);
  return Array.from({length: shared}, (_, place) => place).filter((place) => before[place] !== after[place]);
}

/** Neither what was there nor what is to be there. */
function otherByte({before, after}: SealedImages, place: number): number {
  return [1, 2, 3].find((byte) => byte !== before[place] && byte !== after[place]) ?? 0;
}

describe('what an interrupted application has left', () => {
  it('is finished and undone, whatever part of it is on the medium', async () => {
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, fc.infiniteStream(fc.boolean()), async (pair, choices, coins) => {
        const {local: source, remote: target} = pair;
        const options = {...choices, remoteData: false, sizePolicy: RESIZE};
        const images = await sealedImages({source, target, ...options});
        for (const mode of MODES) {
          await writeFile(images.targetPath, target);
          if (!(await begin(images))) return;
          const bytes = coins.next().value ? source.length : target.length;
          await writeFile(
            images.targetPath,
            torn(images, () => coins.next().value, bytes),
          );
          await apply(images, mode);
          expect(await stateOf(images)).toBe(mode === 'recover' ? 'new' : 'old');
        }
      }),
      {numRuns: 40},
    );
  });

  it('is left alone where others have written meanwhile, and the place is named', async () => {
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, fc.nat(), async (pair, choices, pick) => {
        const {local: source, remote: target} = pair;
        const images = await sealedImages({source, target, ...choices, remoteData: false, sizePolicy: RESIZE});
        const places = differingPlaces(images);
        const place = places[pick % places.length];
        if (place === undefined || !(await begin(images))) return;
        const state = await readFile(images.targetPath);
        const changed = Buffer.from(state);
        changed[place] = otherByte(images, place);
        await writeFile(images.targetPath, changed);
        for (const mode of MODES) {
          const error = await apply(images, mode).catch((error: unknown) => error);
          expect(error).toMatchObject({code: 'target-changed'});
          const named = Number(/at position (\d+) it has neither/.exec(String(error))?.[1]);
          expect([named <= place, place < named + SECTOR_BYTES]).toEqual([true, true]);
        }
        expect((await readFile(images.targetPath)).equals(changed)).toBe(true);
        await writeFile(images.targetPath, state);
        await apply(images, 'recover');
        expect(await stateOf(images)).toBe('new');
      }),
      {numRuns: 40},
    );
  });

  it.each([
    ['behind its old end', 30_000, 100_000, 99_000],
    ['in what is to be cut off', 100_000, 30_000, 99_000],
  ])('is left alone where others have written %s', async (_, oldBytes, newBytes, place) => {
    const images = await sealedImages({
      source: noise(newBytes, 1),
      target: noise(oldBytes, 2),
      sizePolicy: RESIZE,
    });
    await begin(images);
    const changed = torn(images, () => false, Math.max(oldBytes, newBytes));
    changed[place] = (changed[place] ?? 0) ^ 255;
    await writeFile(images.targetPath, changed);
    for (const mode of MODES) {
      await expect(apply(images, mode)).rejects.toMatchObject({
        code: 'target-changed',
        message: expect.stringContaining(`at position ${place - (place % SECTOR_BYTES)} `),
      });
    }
    expect((await readFile(images.targetPath)).equals(changed)).toBe(true);
  });

  it('is undone by the journal alone where the patch is damaged, which is said', async () => {
    const images = await sealedImages();
    await begin(images);
    const patch = await readFile(images.patchPath);
    patch[1000] = (patch[1000] ?? 0) ^ 1;
    await writeFile(images.patchPath, patch);
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    expect(await apply(images, 'rollback', {onWarning})).toMatchObject({outcome: 'rolled-back'});
    expect(warnings).toEqual([expect.stringContaining('whether others have written to the target')]);
    expect(await stateOf(images)).toBe('old');
  });

  it('is not touched with a journal of other places than those of the patch', async () => {
    const images = await sealedImages({target: Buffer.alloc(1 << 20)});
    await begin(images);
    const state = await readFile(images.targetPath);
    const paths = new JournalPaths(images.patchPath);
    const sealSha256 = await sealOf(images);
    for (const position of [0, 4096, (1 << 20) - 4096]) {
      const bytes = 1 << 20;
      await using journal = await JournalWriter.create(paths, {
        sealSha256,
        bytesBefore: bytes,
        bytesAfter: bytes,
        targetIdentity: '',
      });
      await journal.add(position, Buffer.alloc(4096));
      await journal.finish();
      for (const mode of MODES) await expect(apply(images, mode)).rejects.toMatchObject({code: 'journal'});
    }
    expect((await readFile(images.targetPath)).equals(state)).toBe(true);
  });
});

async function sealOf({patchPath}: SealedImages): Promise<Uint8Array> {
  await using patch = await SealedPatch.open(patchPath, undefined);
  return (await patch.check()).sealSha256;
}
