import {BdsyncError} from '../errors.js';
import type {SealedSession} from './sealed-session.js';
import {requireIdentity, requireSize, type TargetSizes} from './target-state.js';
import {readJournal} from './undo-journal.js';
import type {JournalHeader} from './undo-journal-format.js';
import {otherJournal} from './whose-journal.js';

/**
 * Checks all of a journal, and that it belongs to this patch and this target; returns the sizes that it tells.
 *
 * @throws BdsyncError 'journal', 'target-changed', 'patch-unreadable', 'cancelled'.
 */
export async function readJournalHeader(
  {paths, device, identity, request}: SealedSession,
  sealSha256: Uint8Array | undefined,
): Promise<TargetSizes> {
  let header: JournalHeader | undefined;
  await readJournal(
    paths.whole,
    (event) => {
      if (event.kind === 'header') ({header} = event);
    },
    request.signal,
  );
  if (!sealSha256) {
    const trouble = `the patch ${request.patchPath} is cut off, or damaged at its end: whether the undo journal ${paths.whole} belongs to it cannot be told`;
    throw new BdsyncError('journal', trouble, {hint: 'nothing was touched'});
  }
  if (!header || !Buffer.from(sealSha256).equals(header.sealSha256)) {
    throw otherJournal(paths.whole, request.patchPath);
  }
  requireIdentity(device, identity, header.targetIdentity, `the undo journal ${paths.whole}`);
  const sizes = {before: header.bytesBefore, after: header.bytesAfter};
  requireSize(device, sizes);
  return sizes;
}
