import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {DiffOptions} from '#dist/bdsync/client.js';
import {applyInMemory} from '../../support/apply-in-memory.js';
import {diffChoices, imagePair, spareTheOriginal, writeImagePair} from '../../support/image-pairs.js';
import {NO_NATIVE_BDSYNC, nativeBdsync} from '../../support/native-bdsync.js';
import {nativePatch} from '../../support/native-patch.js';
import {serverCommand} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const title = 'the original client with our server';

describe.skipIf(nativeBdsync === undefined)(nativeBdsync ? title : `${title} (skipped: ${NO_NATIVE_BDSYNC})`, () => {
  it('writes a patch that turns any target into its source, the same as with its own server', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local, remote}, choices) => {
        spareTheOriginal({local, remote}, choices);
        await writeImagePair(folder, {local, remote});
        const options: DiffOptions = {...choices, fixedSalt: true, sizePolicy: {mode: 'resize', warn: false}};
        const patch = await nativePatch(folder, options, serverCommand());
        const [source, target] = choices.remoteData ? [remote, local] : [local, remote];
        expect(applyInMemory(target, patch, 'resize').equals(source)).toBe(true);
        expect(patch.equals(await nativePatch(folder, options))).toBe(true);
      }),
      {numRuns: 25},
    );
  });

  it('gets through when it asks for everything without waiting', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'local.img'), Buffer.alloc(20_000_000, 1));
    await writeFile(join(folder, 'remote.img'), Buffer.alloc(20_000_000, 2));
    const options: DiffOptions = {
      blockBytes: 512,
      digest: 'md5',
      twoPass: true,
      remoteData: true,
      fixedSalt: false,
      sizePolicy: {mode: 'strict', warn: true},
      flushCache: false,
    };
    const patch = await nativePatch(folder, options, serverCommand());
    expect(applyInMemory(Buffer.alloc(20_000_000), patch, 'keep-size').equals(Buffer.alloc(20_000_000, 2))).toBe(true);
  });
});
