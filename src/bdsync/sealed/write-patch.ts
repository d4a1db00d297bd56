import {throwIfCancelled} from '../cancellation.js';
import {ExtentWriter} from '../patch/extent-writer.js';
import {endJournal} from './end-journal.js';
import {ReadBack} from './read-back.js';
import {sealedBlocks} from './sealed-blocks.js';
import type {SealedPatchFacts} from './sealed-patch.js';
import {type SealedResult, type SealedSession, within, withRemedy} from './sealed-session.js';
import type {TargetSizes} from './target-state.js';

/** With the undo journal in its place: writes, syncs, reads back, and lets go of the journal. */
export async function bringNewContent(
  session: SealedSession,
  facts: SealedPatchFacts,
  sizes: TargetSizes,
  outcome: 'applied' | 'recovered',
): Promise<SealedResult> {
  const {device, paths, request} = session;
  const foundBytes = device.sizeBytes;
  const writer = new ExtentWriter(device);
  let readBack: SealedResult['readBack'];
  try {
    throwIfCancelled(request.signal);
    request.onBegin?.();
    await write(session, facts, sizes, writer);
    readBack = await compareWithPatch(session, facts, sizes);
  } catch (error) {
    await writer.abandon();
    const isTouched = outcome === 'recovered' || writer.hasBegun || device.sizeBytes !== foundBytes;
    if (isTouched) throw await withRemedy(error, session);
    await paths.removeWhole();
    throw error;
  }
  await endJournal(session);
  const {extents, writtenBytes} = writer;
  return {outcome, targetPath: request.targetPath, extents, writtenBytes, sizeBytes: sizes.after, readBack};
}

async function write(
  {patch, device, progress, request}: SealedSession,
  facts: SealedPatchFacts,
  {after}: TargetSizes,
  writer: ExtentWriter,
): Promise<void> {
  progress.begin(2, facts.seal.patchBytes, after);
  if (after > device.sizeBytes) await device.resize(after);
  for await (const blocks of sealedBlocks(patch, facts)) {
    throwIfCancelled(request.signal);
    for (const {extents} of blocks) {
      for (const extent of extents) {
        const {position, data} = within(extent, after);
        await writer.add(position, data);
        progress.add(extent.data.length, data.length);
      }
    }
  }
  await writer.finish();
  if (after < device.sizeBytes) await device.resize(after);
  await device.sync();
}

/** Reads back all that the patch brings. */
export async function compareWithPatch(
  {patch, device, progress, request}: SealedSession,
  facts: SealedPatchFacts,
  {after}: TargetSizes,
): Promise<SealedResult['readBack']> {
  await using readBack = new ReadBack(device);
  progress.begin(1, facts.seal.patchBytes, after);
  for await (const blocks of sealedBlocks(patch, facts)) {
    throwIfCancelled(request.signal);
    const extents = blocks.flatMap((block) => block.extents.map((extent) => within(extent, after)));
    await readBack.compare(extents.filter(({data}) => data.length > 0));
    for (const {data} of extents) progress.add(data.length);
  }
  throwIfCancelled(request.signal);
  await readBack.finish();
  return readBack.isDirect ? 'direct' : 'cached';
}
