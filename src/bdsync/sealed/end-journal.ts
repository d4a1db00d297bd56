import {BdsyncError} from '../errors.js';
import type {SealedSession} from './sealed-session.js';

/**
 * Lets go of the journal when the target has been brought to one of its two contents, synced and read back. That the
 * journal may come back, its folder not having reached the medium, is a warning: to finish or to undo once more does no
 * harm. One that stays would be taken for an application that is under way.
 *
 * @throws BdsyncError 'write' when it stays, and says that the target is whole.
 */
export async function endJournal({paths, request}: Pick<SealedSession, 'paths' | 'request'>): Promise<void> {
  try {
    await paths.removeWhole();
  } catch (error) {
    if (!(error instanceof BdsyncError)) throw error;
    const {patchPath, targetPath, mode, onWarning} = request;
    const isGone = !(await paths.hasWhole().catch(() => true));
    if (isGone) return onWarning?.(`${error.message}: it may come back after a power cut, and be gone through again`);
    const again = `bdsync --patch=${targetPath} --sealed=${patchPath} --${mode === 'rollback' ? mode : 'recover'}`;
    const hint = `all was written to ${targetPath}, and read back; ${again} goes through it again, and removes the journal`;
    throw new BdsyncError(error.code, error.message, {hint, cause: error});
  }
}
