import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions} from '#dist/bdsync/client.js';
import {PassChooser} from '#dist/bdsync/compare/pass-chooser.js';
import {applyInMemory} from '../../support/apply-in-memory.js';
import {runSession} from '../../support/bdsync-session.js';
import {imagePair} from '../../support/image-pairs.js';
import {edited, noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const ADAPTING: DiffOptions = {
  ...DEFAULT_DIFF_OPTIONS,
  blockBytes: 512,
  adaptsPasses: true,
  sizePolicy: {mode: 'resize', warn: false},
};

async function sessionOf(local: Buffer, remote: Buffer, options: DiffOptions) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'local.img'), local);
  await writeFile(join(folder, 'remote.img'), remote);
  return await runSession({folder, options});
}

describe('passes that adapt', () => {
  it('make any target equal to any source, either way', async () => {
    await fc.assert(
      fc.asyncProperty(imagePair, fc.boolean(), async ({local, remote}, remoteData) => {
        const {patch} = await sessionOf(local, remote, {...ADAPTING, remoteData});
        const [source, target] = remoteData ? [remote, local] : [local, remote];
        expect(applyInMemory(target, patch, 'resize').equals(source)).toBe(true);
      }),
      {numRuns: 60},
    );
  });

  it('exchange far fewer digests where little differs', async () => {
    const image = noise(30_000_000, 1);
    const other = edited(image, 20, 2);
    const one = await sessionOf(image, other, {...ADAPTING, adaptsPasses: false});
    const adapted = await sessionOf(image, other, ADAPTING);
    expect(adapted.patch.equals(one.patch)).toBe(true);
    expect(adapted.result.digestBytes).toBeLessThan(one.result.digestBytes / 10);
  });

  it('exchange hardly more where all differs, and do not read all of it twice', async () => {
    const [image, other] = [noise(300_000_000, 1), Buffer.alloc(300_000_000)];
    const one = await sessionOf(image, other, {...ADAPTING, blockBytes: 4096, adaptsPasses: false});
    const adapted = await sessionOf(image, other, {...ADAPTING, blockBytes: 4096});
    expect(adapted.result.differingBlocks).toBe(one.result.differingBlocks);
    expect(adapted.result.digestBytes).toBeLessThan(one.result.digestBytes * 1.03);
  });
});

describe('PassChooser', () => {
  it('goes into detail while nearly everything differs, and tries large blocks again later', () => {
    const passes = new PassChooser(64, 1);
    expect(passes.nextStepBytes()).toBe(64);
    passes.note(100, 75);
    expect(passes.nextStepBytes()).toBe(64);
    passes.note(100, 76);
    expect(Array.from({length: 17}, () => passes.nextStepBytes())).toEqual([...Array(16).fill(1), 64]);
  });
});
