import {BdsyncError} from './errors.js';
import {applyChecked} from './sealed/apply-checked.js';
import {openTargetDuring} from './sealed/open-target.js';
import {findUntouched, rollBack} from './sealed/roll-back.js';
import {SealedPatch, type SealedPatchFacts} from './sealed/sealed-patch.js';
import {SealedProgress} from './sealed/sealed-progress.js';
import type {SealedRequest} from './sealed/sealed-request.js';
import type {SealedResult} from './sealed/sealed-session.js';
import {JournalPaths} from './sealed/undo-journal.js';
import {whoseJournal} from './sealed/whose-journal.js';

/**
 * Applies a sealed patch as a whole, or finishes or undoes that. The whole patch is checked first, then that the target
 * still has what it had when it was compared; what will be written over is saved in a journal beside the patch, which
 * is on its medium before the target is touched; what was written is brought to the medium and read back. Then the
 * journal goes. The patch itself stays.
 *
 * A failure or an abort before the first write leaves nothing behind. Afterwards the journal stays, and the hint of the
 * error says how to go on.
 *
 * @throws BdsyncError 'invalid-parameters' (the patch is its own target), 'invalid-patch', 'size-mismatch',
 *   'target-changed', 'target-locked' (also: somebody else applies this patch), 'target-in-use', 'unfinished', 'journal',
 *   'patch-unreadable', 'io', 'read', 'write', 'cancelled'.
 */
export async function applySealedPatch(request: SealedRequest): Promise<SealedResult> {
  const {patchPath, mode, isHeld, signal} = request;
  const paths = new JournalPaths(patchPath);
  await using patch = await SealedPatch.open(patchPath, signal);
  if (await patch.isAt(request.targetPath)) {
    throw new BdsyncError('invalid-parameters', `${request.targetPath} is the patch ${patchPath} itself`, {
      hint: '--patch names what is to be written',
    });
  }
  const progress = new SealedProgress(request.onProgress);
  const isToBeUndone = mode === 'rollback' && (await paths.hasWhole());
  const check = async (): Promise<SealedPatchFacts | undefined> =>
    isToBeUndone ? await checkIfWhole(patch) : await checkPatch(patch, paths);
  const {target, value: facts} = await openTargetDuring(request, check);
  await using _target = target;
  if (isHeld) await request.onShared?.();
  const {device, identity} = target;
  const session = {patch, paths, device, identity, request, progress};
  if (isToBeUndone || !facts) return await rollBack(session, facts);
  return mode === 'rollback' ? await findUntouched(session, facts) : await applyChecked(session, facts);
}

async function checkPatch(patch: SealedPatch, paths: JournalPaths): Promise<SealedPatchFacts> {
  try {
    return await patch.check();
  } catch (error) {
    if (!isUseless(error) || !(await paths.hasWhole())) throw error;
    const sealSha256 = await patch.readSealSha256().catch(() => undefined);
    if ((await whoseJournal(paths.whole, sealSha256)) !== 'of-this-patch') throw error;
    const hint = `it has been applied in part, and cannot be finished: --rollback undoes it`;
    throw new BdsyncError(error.code, error.message, {hint, cause: error});
  }
}

/** To undo what it did, the journal is enough, whether the patch is damaged or cannot be read. */
async function checkIfWhole(patch: SealedPatch): Promise<SealedPatchFacts | undefined> {
  try {
    return await patch.check();
  } catch (error) {
    if (isUseless(error)) return undefined;
    throw error;
  }
}

/** Whether it is the patch that is damaged, or has places that cannot be read. */
function isUseless(error: unknown): error is BdsyncError {
  return error instanceof BdsyncError && (error.code === 'invalid-patch' || error.code === 'patch-unreadable');
}
