import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {DiffOptions} from '#dist/bdsync/client.js';
import {diffDevices, type LocalDiffRequest} from '#dist/bdsync/local-diff.js';
import {applyInMemory} from '../support/apply-in-memory.js';
import {openNamed, PatchCollector, runSession} from '../support/bdsync-session.js';
import {diffChoices, imagePair} from '../support/image-pairs.js';
import {edited, noise} from '../support/images.js';
import {temporaryFolder} from '../support/temporary-folder.js';

async function diffHere(folder: string, options: DiffOptions, more: Partial<LocalDiffRequest> = {}) {
  await using source = await openNamed(folder, 'local.img');
  await using target = await openNamed(folder, 'remote.img');
  const patch = new PatchCollector();
  const result = await diffDevices({source, target, options, writePatch: patch.write, ...more});
  return {result, patch: patch.bytes()};
}

async function writePair(folder: string, local: Uint8Array, remote: Uint8Array): Promise<void> {
  await writeFile(join(folder, 'local.img'), local);
  await writeFile(join(folder, 'remote.img'), remote);
}

const OPTIONS: DiffOptions = {
  blockBytes: 4096,
  digest: 'md5',
  twoPass: false,
  remoteData: false,
  fixedSalt: false,
  sizePolicy: {mode: 'strict', warn: false},
  flushCache: false,
};

describe('diffDevices', () => {
  it('writes the very patch that a comparison with a server writes, whatever the options', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local, remote}, choices) => {
        await writePair(folder, local, remote);
        const sizePolicy = {mode: 'resize', warn: false} as const;
        const options: DiffOptions = {...choices, fixedSalt: false, remoteData: false, sizePolicy};
        const here = await diffHere(folder, options);
        const there = await runSession({folder, options});
        expect(here.patch.equals(there.patch)).toBe(true);
        expect({...here.result, digestBytes: 0}).toEqual({...there.result, digestBytes: 0});
      }),
      {numRuns: 100},
    );
  });

  it('compares what both have, where only that counts', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local, remote}, choices) => {
        await writePair(folder, local, remote);
        const sizePolicy = {mode: 'minsize', warn: false} as const;
        const options: DiffOptions = {...choices, fixedSalt: false, remoteData: false, sizePolicy};
        const {patch} = await diffHere(folder, options);
        const expected = Buffer.from(remote);
        local.copy(expected);
        expect(applyInMemory(remote, patch, 'keep-size').equals(expected)).toBe(true);
      }),
      {numRuns: 50},
    );
  });

  it('does so in threads as well, and tells its progress', async () => {
    const folder = await temporaryFolder();
    const image = noise(40_000_001, 3);
    await writePair(folder, image, edited(image, 300, 5));
    const seen: number[] = [];
    const here = await diffHere(folder, OPTIONS, {onProgress: ({comparedBytes}) => seen.push(comparedBytes)});
    const there = await runSession({folder, options: OPTIONS});
    expect(here.patch.equals(there.patch)).toBe(true);
    expect(here.result.differingBlocks).toBeGreaterThan(200);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(seen.at(-1)).toBe(image.length);
  });

  it('refuses sizes that differ, and ends when it is told to', async () => {
    const folder = await temporaryFolder();
    await writePair(folder, Buffer.alloc(5000), Buffer.alloc(4000));
    await expect(diffHere(folder, OPTIONS)).rejects.toMatchObject({
      code: 'size-mismatch',
      message: 'Different sizes local=5000 remote=4000',
    });
    await writePair(folder, Buffer.alloc(5000), Buffer.alloc(5000));
    await expect(diffHere(folder, OPTIONS, {signal: AbortSignal.abort()})).rejects.toMatchObject({code: 'cancelled'});
  });

  it('passes on what the patch could not be written for', async () => {
    const folder = await temporaryFolder();
    await writePair(folder, noise(900_000, 1), noise(900_000, 2));
    const full = new Error('full');
    await expect(diffHere(folder, OPTIONS, {writePatch: () => Promise.reject(full)})).rejects.toBe(full);
  });
});
