import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions, generatePatch} from '#dist/bdsync/client.js';
import {applyInMemory} from '../support/apply-in-memory.js';
import {openNamed, PatchCollector} from '../support/bdsync-session.js';
import {diffChoices, imagePair, spareTheOriginal, writeImagePair} from '../support/image-pairs.js';
import {NO_NATIVE_BDSYNC, nativeBdsync} from '../support/native-bdsync.js';
import {nativePatch} from '../support/native-patch.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const title =
  nativeBdsync === undefined ? `with the original server (skipped: ${NO_NATIVE_BDSYNC})` : 'with the original server';

describe.skipIf(nativeBdsync === undefined)(title, () => {
  it('a patch turns any target into its source', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local, remote}, choices) => {
        await writeImagePair(folder, {local, remote});
        const options: DiffOptions = {...choices, fixedSalt: false, sizePolicy: {mode: 'resize', warn: false}};
        const [source, target] = choices.remoteData ? [remote, local] : [local, remote];
        const patch = await diffWithNative(folder, options);
        expect(applyInMemory(target, patch, 'resize').equals(source)).toBe(true);
      }),
      {numRuns: 60},
    );
  });

  it('a patch has the same bytes as one of the original client', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(imagePair, diffChoices, async ({local, remote}, choices) => {
        spareTheOriginal({local, remote}, choices);
        await writeImagePair(folder, {local, remote});
        const options: DiffOptions = {...choices, fixedSalt: true, sizePolicy: {mode: 'resize', warn: false}};
        const patch = await diffWithNative(folder, options);
        expect(patch.equals(await nativePatch(folder, options))).toBe(true);
      }),
      {numRuns: 60},
    );
  });

  it('a large comparison with everything different comes to its end', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'local.img'), Buffer.alloc(20_000_000, 1));
    await writeFile(join(folder, 'remote.img'), Buffer.alloc(20_000_000, 2));
    const options: DiffOptions = {...DEFAULT_DIFF_OPTIONS, blockBytes: 512, twoPass: true, remoteData: true};
    const patch = await diffWithNative(folder, options);
    expect(applyInMemory(Buffer.alloc(20_000_000), patch, 'keep-size').equals(Buffer.alloc(20_000_000, 2))).toBe(true);
  });
});

/** What this client makes of the original server. */
async function diffWithNative(folder: string, options: DiffOptions): Promise<Buffer> {
  const server = spawn(nativeBdsync ?? '', ['--server'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  await using source = await openNamed(folder, 'local.img');
  const patch = new PatchCollector();
  await generatePatch({
    channel: {input: server.stdout, output: server.stdin},
    source,
    remotePath: 'remote.img',
    options,
    writePatch: patch.write,
  });
  server.stdin.end();
  expect(await ended).toEqual([0, null]);
  return patch.bytes();
}
