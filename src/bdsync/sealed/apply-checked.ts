import {throwIfCancelled} from '../cancellation.js';
import {BdsyncError} from '../errors.js';
import {settleSize} from '../patch/settle-size.js';
import {JournalWriter} from './journal-writer.js';
import {OldContent} from './old-content.js';
import {readJournalHeader} from './read-journal-header.js';
import {leastJournalBytes, requireJournalRoom} from './journal-room.js';
import {requireOldOrNew} from './require-old-or-new.js';
import {saveTail} from './save-tail.js';
import {sealedBlocks} from './sealed-blocks.js';
import type {SealedPatchFacts} from './sealed-patch.js';
import type {SealedResult, SealedSession} from './sealed-session.js';
import {requireIdentity, requireSize, type TargetSizes} from './target-state.js';
import {foreignJournal, otherJournal, whoseJournal} from './whose-journal.js';
import {bringNewContent, compareWithPatch} from './write-patch.js';

/** Applies a patch that was found to be whole, or finishes that. */
export async function applyChecked(session: SealedSession, facts: SealedPatchFacts): Promise<SealedResult> {
  const {paths, device, identity, request} = session;
  if (await paths.hasWhole()) {
    if (request.mode !== 'recover') throw await whyNotAgain(session, facts);
    const sizes = await readJournalHeader(session, facts.sealSha256);
    await requireOldOrNew(session, facts, sizes);
    return await bringNewContent(session, facts, sizes, 'recovered');
  }
  requireIdentity(device, identity, facts.seal.targetIdentity, 'the sealed patch');
  const sizes = settleSizes(session, facts);
  await paths.removeFresh();
  await requireJournalRoom(paths.fresh, leastJournalBytes(facts.contentBytes, sizes));
  const isToDo = await journalOldContent(session, facts, sizes);
  if (isToDo) return await bringNewContent(session, facts, sizes, 'applied');
  await device.sync();
  const readBack = await compareWithPatch(session, facts, sizes);
  const {targetPath} = request;
  return {outcome: 'unchanged', targetPath, extents: 0, writtenBytes: 0, sizeBytes: sizes.after, readBack};
}

/** The sizes of a target that is now as it was when it was compared, or has what the patch brings. */
export function settleSizes({device, request}: SealedSession, {header, seal}: SealedPatchFacts): TargetSizes {
  const before = seal.targetBytes;
  const compared = {path: device.path, kind: device.kind, sizeBytes: before};
  const sizes = {before, after: settleSize(compared, header.sizeBytes, request)};
  requireSize(device, sizes);
  return sizes;
}

/** Checks the target's content, and saves it. False when all is there already: then there is no journal either. */
async function journalOldContent(
  session: SealedSession,
  facts: SealedPatchFacts,
  sizes: TargetSizes,
): Promise<boolean> {
  const {patch, paths, device, identity, progress, request} = session;
  const {seal, sealSha256} = facts;
  const header = {sealSha256, bytesBefore: sizes.before, bytesAfter: sizes.after, targetIdentity: identity};
  await using journal = await JournalWriter.create(paths, header);
  using content = new OldContent({device, seal, sizes, keep: (position, data) => journal.add(position, data)});
  progress.begin(3, seal.patchBytes, sizes.after);
  for await (const blocks of sealedBlocks(patch, facts)) {
    await content.check(blocks);
    progress.add(blocks.length * seal.blockBytes);
  }
  if (content.oldBlocks === 0 && device.sizeBytes === sizes.after) return false;
  await saveTail(device, sizes, journal, request.signal);
  throwIfCancelled(request.signal);
  await journal.finish();
  return true;
}

/** Something has the name of the journal. */
async function whyNotAgain(
  {request, paths: {whole}}: SealedSession,
  {sealSha256}: SealedPatchFacts,
): Promise<BdsyncError> {
  const {patchPath} = request;
  const whose = await whoseJournal(whole, sealSha256);
  switch (whose) {
    case 'of-this-patch': {
      const trouble = `${patchPath} has been applied in part: there is its undo journal ${whole}`;
      return new BdsyncError('unfinished', trouble, {hint: '--recover finishes it, --rollback undoes it'});
    }
    case 'of-another-patch':
      return otherJournal(whole, patchPath);
    case 'foreign':
      return foreignJournal(whole);
    default:
      return whose satisfies never;
  }
}
