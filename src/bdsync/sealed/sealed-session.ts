import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import type {SealedRequest} from './sealed-request.js';
import type {Extent} from './extents-and-runs.js';
import type {SealedPatch} from './sealed-patch.js';
import type {SealedProgress} from './sealed-progress.js';
import type {JournalPaths} from './undo-journal.js';
import {whoseJournal} from './whose-journal.js';

/** A patch and its target, both open. */
export interface SealedSession {
  readonly patch: SealedPatch;
  readonly paths: JournalPaths;
  readonly device: Device;
  /** The target's, as `lastingIdentity` has it. */
  readonly identity: string;
  readonly request: SealedRequest;
  readonly progress: SealedProgress;
}

export interface SealedResult {
  /**
   * `recovered`: what had been begun was finished. `unchanged`: all was there already. `untouched`: there was nothing
   * to undo.
   */
  readonly outcome: 'applied' | 'recovered' | 'unchanged' | 'rolled-back' | 'untouched';
  readonly targetPath: string;
  /** Written, and their bytes. */
  readonly extents: number;
  readonly writtenBytes: number;
  /** Of the target, afterwards. */
  readonly sizeBytes: number;
  /** How what is there now was compared: past the page cache, or through it. */
  readonly readBack: 'direct' | 'cached';
}

/** The part of an extent that lies within the target. */
export function within({position, data}: Extent, sizeBytes: number): Extent {
  return {position, data: data.subarray(0, Math.max(0, sizeBytes - position))};
}

/** For a failure that leaves the target between old and new: what to do about it. */
export async function withRemedy(error: unknown, {patch, paths, request}: SealedSession): Promise<unknown> {
  if (!(error instanceof BdsyncError)) return error;
  const remedy = error.code === 'invalid-patch' ? await remedyWithoutPatch(patch, paths, request) : remedyFor(request);
  const hint = error.hint === undefined ? remedy : `${error.hint}; ${remedy}`;
  return new BdsyncError(error.code, error.message, {hint, cause: error});
}

/** The patch is damaged: the journal is of use as long as the end of the patch shows that they belong together. */
async function remedyWithoutPatch(patch: SealedPatch, {whole}: JournalPaths, request: SealedRequest): Promise<string> {
  const {targetPath} = request;
  const sealSha256 = await patch.readSealSha256().catch(() => undefined);
  const canUndo = (await whoseJournal(whole, sealSha256)) === 'of-this-patch';
  return canUndo
    ? `${targetPath} is partly written, and cannot be finished; ${commandFor(request)} --rollback undoes it`
    : `${targetPath} is partly written, and can be neither finished nor undone: compare it anew`;
}

/** What to do about a target that is between old and new. */
export function remedyFor(request: PatchAndTarget): string {
  return `${request.targetPath} is partly written; ${commandFor(request)} --recover finishes it, --rollback undoes it`;
}

type PatchAndTarget = Pick<SealedRequest, 'targetPath' | 'patchPath'>;

function commandFor({targetPath, patchPath}: PatchAndTarget): string {
  return `bdsync --patch=${targetPath} --sealed=${patchPath}`;
}
