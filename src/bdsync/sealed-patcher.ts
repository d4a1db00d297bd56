import {userName} from '../user-name.js';
import {openDevice} from './device/device.js';
import {shareTarget} from './device/share-target.js';
import {holdTarget} from './device/target-hold.js';
import {BdsyncError} from './errors.js';
import type {PatchProgress} from './patcher.js';
import {applyChecked} from './sealed/apply-checked.js';
import {rollBack} from './sealed/roll-back.js';
import {SealedPatch, type SealedPatchFacts} from './sealed/sealed-patch.js';
import {SealedProgress} from './sealed/sealed-progress.js';
import type {SealedResult} from './sealed/sealed-session.js';
import {identityOf} from './sealed/target-state.js';
import {JournalPaths} from './sealed/undo-journal.js';
import type {SizePolicy} from './size-policy.js';

/** Apply what was not begun; finish what was begun, or else apply; undo what was begun. */
export type SealedMode = 'apply' | 'recover' | 'rollback';

export interface SealedRequest {
  /** A file with a sealed patch. Its undo journal is beside it. */
  readonly patchPath: string;
  readonly targetPath: string;
  readonly mode: SealedMode;
  /** The target is held by whoever asks; otherwise it is held here meanwhile. */
  readonly isHeld: boolean;
  /** Called when a target that is held by whoever asks is kept by us, too; nothing is written before it returns. */
  readonly onShared?: () => Promise<void>;
  /** Also when it is mounted or otherwise in use. */
  readonly allowInUse?: boolean;
  /** The folder for the note about who holds it. */
  readonly stateDir?: string | undefined;
  readonly sizePolicy: SizePolicy;
  readonly onWarning?: (message: string) => void;
  /** Called often; positions tell the share of all that is to be done, not places. */
  readonly onProgress?: (progress: PatchProgress) => void;
  /** Called before the first write: from now on a failure may leave the target between old and new. */
  readonly onBegin?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Applies a sealed patch as a whole, or finishes or undoes that. The whole patch is checked first, then that the target
 * still has what it had when it was compared; what will be written over is saved in a journal beside the patch, which
 * is on its medium before the target is touched; what was written is brought to the medium and read back. Then the
 * journal goes. The patch itself stays.
 *
 * A failure or an abort before the first write leaves nothing behind. Afterwards the journal stays, and the hint of the
 * error says how to go on.
 *
 * @throws BdsyncError 'invalid-patch', 'size-mismatch', 'target-changed', 'target-locked' (also: somebody else applies
 *   this patch), 'target-in-use', 'unfinished', 'journal', 'io', 'read', 'write', 'cancelled'.
 */
export async function applySealedPatch(request: SealedRequest): Promise<SealedResult> {
  const {patchPath, targetPath, mode, signal} = request;
  const paths = new JournalPaths(patchPath);
  await using patch = await SealedPatch.open(patchPath, signal);
  const progress = new SealedProgress(request.onProgress);
  const isJournalEnough = mode === 'rollback' && (await paths.hasWhole());
  const facts = isJournalEnough ? undefined : await checkPatch(patch, paths);
  await using _hold = request.isHeld ? await share(request) : await hold(request);
  await using device = await openDevice(targetPath, 'write');
  const session = {patch, paths, device, identity: await identityOf(device), request, progress};
  return facts && mode !== 'rollback' ? await applyChecked(session, facts) : await rollBack(session, facts);
}

async function checkPatch(patch: SealedPatch, paths: JournalPaths): Promise<SealedPatchFacts> {
  try {
    return await patch.check();
  } catch (error) {
    if (!(error instanceof BdsyncError) || error.code !== 'invalid-patch' || !(await paths.hasWhole())) throw error;
    const hint = `it has been applied in part, and cannot be finished: --rollback undoes it`;
    throw new BdsyncError(error.code, error.message, {hint, cause: error});
  }
}

async function share({targetPath, onShared, signal}: SealedRequest): Promise<AsyncDisposable> {
  const shared = await shareTarget(targetPath, signal);
  try {
    await onShared?.();
    return shared;
  } catch (error) {
    await shared[Symbol.asyncDispose]();
    throw error;
  }
}

async function hold({targetPath, allowInUse, stateDir, signal}: SealedRequest): Promise<AsyncDisposable> {
  const holder = `bdsync --sealed of ${userName()}`;
  return await holdTarget(targetPath, {holder, stateDir, allowInUse, signal});
}
