import {createHash} from 'node:crypto';
import {open, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions, type DiffProgress} from '#dist/bdsync/client.js';
import {PatchDecoder} from '#dist/bdsync/patch/patch-decoder.js';
import type {SizePolicy} from '#dist/bdsync/size-policy.js';
import {applyInMemory, checksumOf} from '../support/apply-in-memory.js';
import {runSession} from '../support/bdsync-session.js';
import {diffChoices, type ImagePair, imagePair} from '../support/image-pairs.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const RESIZE: SizePolicy = {mode: 'resize', warn: false};

async function writeImages(folder: string, {local, remote}: ImagePair): Promise<void> {
  await writeFile(join(folder, 'local.img'), local);
  await writeFile(join(folder, 'remote.img'), remote);
}

function topStepBytes({blockBytes, twoPass}: Pick<DiffOptions, 'blockBytes' | 'twoPass'>): number {
  return twoPass ? 64 * blockBytes : blockBytes;
}

describe('a patch between a client and a server', () => {
  it('turns any target into its source', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async (pair, choices) => {
        await writeImages(folder, pair);
        const options: DiffOptions = {...choices, fixedSalt: false, sizePolicy: RESIZE};
        const {patch, result} = await runSession({folder, options});
        const [source, target] = choices.remoteData ? [pair.remote, pair.local] : [pair.local, pair.remote];
        expect(applyInMemory(target, patch, 'resize').equals(source)).toBe(true);

        const step = topStepBytes(choices);
        const padded = Buffer.alloc(Math.ceil(Math.max(source.length, target.length) / step) * step);
        source.copy(padded);
        const {checksum} = choices;
        const expected = checksum && `${checksum}:${createHash(checksum).update(padded).digest('hex')}`;
        expect(checksumOf(patch)).toBe(expected);
        expect(result).toMatchObject({
          sourceBytes: pair.local.length,
          targetBytes: pair.remote.length,
          patchBytes: patch.length,
        });
      }),
      {numRuns: 120},
    );
  });

  it('turns the common prefix of a target into that of its source with minsize', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async (pair, choices) => {
        await writeImages(folder, pair);
        const options: DiffOptions = {...choices, fixedSalt: true, sizePolicy: {mode: 'minsize', warn: false}};
        const {patch} = await runSession({folder, options});
        const [source, target] = choices.remoteData ? [pair.remote, pair.local] : [pair.local, pair.remote];
        const commonBytes = Math.min(source.length, target.length);
        const patched = applyInMemory(target, patch, 'keep-size');
        expect(patched.subarray(0, commonBytes).equals(source.subarray(0, commonBytes))).toBe(true);
        expect(patched.subarray(commonBytes).equals(target.subarray(commonBytes))).toBe(true);
      }),
      {numRuns: 40},
    );
  });

  it('carries nothing when nothing differs', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local}, choices) => {
        await writeImages(folder, {local, remote: local});
        const options: DiffOptions = {...choices, fixedSalt: false, sizePolicy: {mode: 'strict', warn: true}};
        expect((await runSession({folder, options})).result).toMatchObject({differingBlocks: 0, differingBytes: 0});
      }),
      {numRuns: 20},
    );
  });

  it('gets through narrow pipes when everything differs in the smallest blocks', async () => {
    const folder = await temporaryFolder();
    const bytes = 6_000_000;
    await writeImages(folder, {local: Buffer.alloc(bytes, 1), remote: Buffer.alloc(bytes, 2)});
    for (const remoteData of [true, false]) {
      const options: DiffOptions = {...DEFAULT_DIFF_OPTIONS, blockBytes: 512, twoPass: true, remoteData};
      const {patch} = await runSession({folder, options, pipeBytes: 256});
      expect(
        applyInMemory(Buffer.alloc(bytes), patch, 'keep-size').equals(Buffer.alloc(bytes, remoteData ? 2 : 1)),
      ).toBe(true);
    }
  });

  it.each([false, true])('reaches beyond 4 GiB (remoteData: %j)', async (remoteData) => {
    const bytes = 2 ** 32 + 300_123;
    const position = 2 ** 32 + 8192;
    const folder = await temporaryFolder();
    const [source, target] = remoteData ? ['remote.img', 'local.img'] : ['local.img', 'remote.img'];
    await writeSparse(join(folder, source), bytes, {[position]: 'middle', [bytes - 6]: 'finish'});
    await writeSparse(join(folder, target), 1000, {});
    // Past the page cache, which would take long to fill with what is not on the disk.
    const options = {...DEFAULT_DIFF_OPTIONS, twoPass: true, remoteData, flushCache: true, sizePolicy: RESIZE};
    const {patch, result} = await runSession({folder, options});
    expect(result).toMatchObject({comparedBytes: bytes, differingBlocks: 2});
    expect([...wordsOf(patch)]).toEqual([
      [position, 'middle'],
      [bytes - 6, 'finish'],
    ]);
  });
});

/** A file of holes with a few words in it. */
async function writeSparse(path: string, bytes: number, words: Readonly<Record<number, string>>): Promise<void> {
  await using file = await open(path, 'w');
  await file.truncate(bytes);
  for (const [position, word] of Object.entries(words)) await file.write(word, Number(position));
}

/** What a patch carries beside zeros, by position. */
function wordsOf(patch: Uint8Array): Map<number, string> {
  const words = new Map<number, string>();
  for (const event of new PatchDecoder().push(patch)) {
    if (event.kind !== 'extent') continue;
    const word = Buffer.from(event.data).toString('latin1').replaceAll('\0', '');
    words.set(event.position + event.data.findIndex((byte) => byte !== 0), word);
  }
  return words;
}

describe('what a client tells', () => {
  it('is the progress, which never goes back, from nothing to everything', async () => {
    const folder = await temporaryFolder();
    await writeImages(folder, {local: Buffer.alloc(3_000_001, 1), remote: Buffer.alloc(2_000_000, 2)});
    const seen: DiffProgress[] = [];
    const options: DiffOptions = {...DEFAULT_DIFF_OPTIONS, twoPass: true, sizePolicy: {mode: 'resize', warn: true}};
    const warnings: string[] = [];
    const sizes: unknown[] = [];
    const {patch} = await runSession({
      folder,
      options,
      onProgress: (progress) => seen.push(progress),
      onWarning: (warning) => warnings.push(warning),
      onSize: (size) => sizes.push(size),
    });
    expect(seen[0]).toEqual({comparedBytes: 0, totalBytes: 3_000_001, patchBytes: expect.any(Number)});
    expect(seen.at(-1)).toEqual({comparedBytes: 3_000_001, totalBytes: 3_000_001, patchBytes: patch.length});
    for (const [index, {comparedBytes, patchBytes}] of seen.slice(1).entries()) {
      expect(comparedBytes).toBeGreaterThanOrEqual(seen[index]?.comparedBytes ?? 0);
      expect(patchBytes).toBeGreaterThanOrEqual(seen[index]?.patchBytes ?? 0);
    }
    expect(warnings).toEqual(['Different sizes local=3000001 remote=2000000']);
    expect(sizes).toEqual([{sourceBytes: 3_000_001, targetBytes: 2_000_000}]);
  });
});

describe('a client refuses', () => {
  it.each<[Partial<DiffOptions>, string, RegExp]>([
    [{blockBytes: 0}, 'invalid-parameters', /bad block size 0, expected 1 to 4294967296/],
    [{blockBytes: 1.5}, 'invalid-parameters', /bad block size 1.5/],
    [{blockBytes: 2 ** 27, twoPass: true}, 'invalid-parameters', /expected 1 to 67108864/],
    [{digest: 'md17'}, 'invalid-parameters', /unknown digest 'md17'/],
    [{checksum: 'crc17'}, 'checksum', /unknown checksum 'crc17'/],
  ])('%j', async (choice, code, message) => {
    const folder = await temporaryFolder();
    await writeImages(folder, {local: Buffer.alloc(1), remote: Buffer.alloc(1)});
    const failure = {code, message: expect.stringMatching(message)};
    const options = {...DEFAULT_DIFF_OPTIONS, ...choice};
    await expect(runSession({folder, options})).rejects.toMatchObject(failure);
  });
});
