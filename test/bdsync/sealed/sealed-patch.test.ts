import {open} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {SealedPatch, type SealedPatchFacts} from '#dist/bdsync/sealed/sealed-patch.js';
import {tryLockFile} from '#dist/file-lock.js';
import {edited, noise} from '../../support/images.js';
import {sealedImages} from '../../support/sealed-images.js';

/** As by a process that works with the patch, or what had just begun to lock it for one that was killed. */
async function lockedPatch() {
  const {patchPath} = await sealedImages();
  const other = await open(patchPath);
  expect(await tryLockFile(other)).toBe(true);
  return {patchPath, other};
}

test('a patch that somebody has for a moment is waited for', async () => {
  const {patchPath, other} = await lockedPatch();
  const opening = SealedPatch.open(patchPath, undefined);
  await sleep(200);
  await other.close();
  await using patch = await opening;
  expect(await patch.check()).toMatchObject({contentBytes: expect.any(Number)});
});

test('a patch that somebody goes on having is refused', async () => {
  const {patchPath, other} = await lockedPatch();
  await expect(SealedPatch.open(patchPath, undefined)).rejects.toMatchObject({
    code: 'target-locked',
    message: `the patch ${patchPath} is being applied by another process`,
  });
  await other.close();
});

test('who waits can be stopped', async () => {
  const {patchPath, other} = await lockedPatch();
  const stop = new AbortController();
  const opening = SealedPatch.open(patchPath, stop.signal);
  stop.abort();
  await expect(opening).rejects.toMatchObject({code: 'cancelled'});
  await other.close();
});

async function all<Event>(batches: AsyncIterable<readonly Event[]>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

async function readAll(patch: SealedPatch, facts: SealedPatchFacts) {
  return {extents: await all(patch.extents(facts)), runs: await all(patch.runs(facts))};
}

test('what a patch says is the same from memory and from the file', async () => {
  const source = noise(3 << 20, 3);
  const {patchPath} = await sealedImages({source, target: edited(source, 600, 4)});
  await using checked = await SealedPatch.open(patchPath, undefined);
  const facts = await checked.check();
  const kept = await readAll(checked, facts);
  await checked[Symbol.asyncDispose]();
  await using other = await SealedPatch.open(patchPath, undefined);
  expect(kept.extents.length).toBeGreaterThan(256);
  expect(kept).toEqual(await readAll(other, facts));
});

test('who goes through a patch that is in memory can be stopped', async () => {
  const {patchPath} = await sealedImages();
  const stop = new AbortController();
  await using patch = await SealedPatch.open(patchPath, stop.signal);
  const facts = await patch.check();
  stop.abort();
  await expect(all(patch.extents(facts))).rejects.toMatchObject({code: 'cancelled'});
  await expect(all(patch.runs(facts))).rejects.toMatchObject({code: 'cancelled'});
});
