import {readdir, readFile, writeFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {applySealedPatch} from '#dist/bdsync/sealed-patcher.js';
import {STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {journalRegions, patchRegions, type Region} from '../../support/format-regions.js';
import {noise} from '../../support/images.js';
import {inTurns} from '../../support/in-turns.js';
import {runBdsync} from '../../support/run-bdsync.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';

async function images(): Promise<SealedImages> {
  return await sealedImages({source: noise(9000, 1), target: noise(9000, 2), targetIdentity: ''});
}

/** The last one of each name, with a bit in it turned over. */
function damaged(bytes: Buffer, regions: readonly Region[]): [string, Buffer][] {
  const last = new Map(regions.map((region) => [region.name, region]));
  return [...last.values()].map(({name, start, end}, index) => {
    const copy = Buffer.from(bytes);
    const offset = start + ((index * 7) % (end - start));
    copy[offset] = (bytes[offset] ?? 0) ^ (1 << (index % 8));
    return [name, copy];
  });
}

describe('bdsync --sealed', () => {
  it('refuses a patch with one wrong bit in any field, and touches nothing', async () => {
    const {patchPath} = await images();
    const patch = await readFile(patchPath);
    await inTurns(damaged(patch, patchRegions(patch)), async ([name, bytes]) => {
      const own = await images();
      await writeFile(own.patchPath, bytes);
      const words = [`--patch=${own.targetPath}`, `--sealed=${own.patchPath}`];
      expect({name, ...(await runBdsync(words))}).toMatchObject({name, status: 2});
      expect([name, await stateOf(own), (await readdir(own.folder)).length]).toEqual([name, 'old', 3]);
    });
  });

  it('refuses a journal with one wrong bit in any field, and touches nothing', async () => {
    const {journal} = await interrupted();
    const cases = damaged(journal, journalRegions(journal));
    await inTurns(cases.entries(), async ([index, [name, bytes]]) => {
      const own = await interrupted();
      await writeFile(`${own.patchPath}.journal`, bytes);
      const before = await readFile(own.targetPath);
      const words = [`--patch=${own.targetPath}`, `--sealed=${own.patchPath}`];
      const result = await runBdsync([...words, index % 2 === 0 ? '--recover' : '--rollback']);
      expect({name, ...result}).toMatchObject({name, status: 18});
      expect([name, (await readFile(own.targetPath)).equals(before)]).toEqual([name, true]);
      await writeFile(`${own.patchPath}.journal`, own.journal);
      expect(await runBdsync([...words, '--rollback'])).toMatchObject({status: 0});
      expect(await stateOf(own)).toBe('old');
    });
  });
});

/** Images of which the target has been written, and the journal of that, which is still there. */
async function interrupted(): Promise<SealedImages & {readonly journal: Buffer}> {
  const own = await images();
  const abort = new AbortController();
  const {targetPath, patchPath} = own;
  const onProgress = ({position, sizeBytes}: {position: number; sizeBytes: number}): void => {
    if (position > sizeBytes * 0.5) abort.abort();
  };
  const request = {targetPath, patchPath, mode: 'apply', isHeld: true, sizePolicy: STRICT_SIZE_POLICY} as const;
  await expect(applySealedPatch({...request, onProgress, signal: abort.signal})).rejects.toThrow('cancelled');
  return {...own, journal: await readFile(`${patchPath}.journal`)};
}
