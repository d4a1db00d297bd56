import {expect, test} from 'vitest';
import {SealedPatch, type SealedPatchFacts} from '#dist/bdsync/sealed/sealed-patch.js';
import {edited, noise} from '../../support/images.js';
import {sealedImages} from '../../support/sealed-images.js';

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
