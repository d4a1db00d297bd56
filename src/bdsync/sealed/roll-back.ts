import {throwIfCancelled} from '../cancellation.js';
import {BdsyncError} from '../errors.js';
import {ExtentWriter} from '../patch/extent-writer.js';
import {settleSizes} from './apply-checked.js';
import {endJournal} from './end-journal.js';
import {OldContent} from './old-content.js';
import {PutBack} from './put-back.js';
import {ReadBack} from './read-back.js';
import {readJournalHeader} from './read-journal-header.js';
import {requireOldOrNew} from './require-old-or-new.js';
import {sealedBlocks} from './sealed-blocks.js';
import type {SealedPatchFacts} from './sealed-patch.js';
import {type SealedResult, type SealedSession, withRemedy} from './sealed-session.js';
import {requireIdentity, type TargetSizes} from './target-state.js';
import {readJournal} from './undo-journal.js';

/**
 * Puts back what the target had, with the journal, which is there. Without `facts` the patch is damaged: then it cannot
 * be told whether somebody else has written to the target meanwhile.
 */
export async function rollBack(session: SealedSession, facts: SealedPatchFacts | undefined): Promise<SealedResult> {
  const {patch, device, request} = session;
  const sizes = await readJournalHeader(session, facts?.sealSha256 ?? (await patch.readSealSha256()));
  if (facts) await requireOldOrNew(session, facts, sizes);
  else request.onWarning?.(`the patch ${request.patchPath} is damaged: ${UNCHECKED}`);
  const writer = new ExtentWriter(device);
  let readBack: SealedResult['readBack'];
  try {
    throwIfCancelled(request.signal);
    request.onBegin?.();
    await putBackAll(session, sizes, writer);
    readBack = await compareWithJournal(session);
  } catch (error) {
    await writer.abandon();
    throw await withRemedy(error, session);
  }
  await endJournal(session);
  const {extents, writtenBytes} = writer;
  const {targetPath} = request;
  return {outcome: 'rolled-back', targetPath, extents, writtenBytes, sizeBytes: sizes.before, readBack};
}

const UNCHECKED = 'whether others have written to the target since it was interrupted cannot be told';

async function putBackAll(
  {device, paths, request}: SealedSession,
  {before}: TargetSizes,
  writer: ExtentWriter,
): Promise<void> {
  if (before > device.sizeBytes) await device.resize(before);
  using back = new PutBack(device, writer);
  await readJournal(
    paths.whole,
    async (event) => {
      throwIfCancelled(request.signal);
      if (event.kind === 'record') await back.add(event);
    },
    request.signal,
  );
  await writer.finish();
  if (before < device.sizeBytes) await device.resize(before);
  await device.sync();
}

async function compareWithJournal({device, paths, request}: SealedSession): Promise<SealedResult['readBack']> {
  await using readBack = new ReadBack(device);
  await readJournal(
    paths.whole,
    async (event) => {
      if (event.kind === 'record') await readBack.compare(cut(event));
    },
    request.signal,
  );
  await readBack.finish();
  return readBack.isDirect ? 'direct' : 'cached';
}

/** A record may be as long as what is read back at once, and begin anywhere. */
function cut({position, data}: {readonly position: number; readonly data: Uint8Array}) {
  const pieceBytes = 65_536;
  return Array.from({length: Math.ceil(data.length / pieceBytes)}, (_, index) => ({
    position: position + index * pieceBytes,
    data: data.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  }));
}

/** Without a journal there is nothing to undo if the target still has its old content. */
export async function findUntouched(session: SealedSession, facts: SealedPatchFacts): Promise<SealedResult> {
  const {patch, paths, device, identity, progress, request} = session;
  requireIdentity(device, identity, facts.seal.targetIdentity, 'the sealed patch');
  // A beginning of one, of an application that was killed: nothing was written behind it, whatever is found now.
  await paths.removeFresh();
  const sizes = settleSizes(session, facts);
  using content = new OldContent({device, seal: facts.seal, sizes, keep: () => Promise.resolve()});
  progress.begin(3, facts.seal.patchBytes, sizes.after);
  for await (const blocks of sealedBlocks(patch, facts)) {
    await content.check(blocks);
    progress.add(blocks.length * facts.seal.blockBytes);
  }
  if (content.newBlocks > 0 || device.sizeBytes !== sizes.before) {
    const how = content.oldBlocks > 0 ? 'has been applied in part' : 'has been applied';
    const trouble = `cannot undo ${request.patchPath}: it ${how}, and there is no undo journal any more`;
    throw new BdsyncError('journal', trouble, {hint: 'nothing was touched'});
  }
  const {targetPath} = request;
  return {outcome: 'untouched', targetPath, extents: 0, writtenBytes: 0, sizeBytes: sizes.before, readBack: 'cached'};
}
