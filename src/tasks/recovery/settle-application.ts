import type {Host} from '../../hosts/host.js';
import {
  ApplierRefusal,
  runSealedApplier,
  type SealedApplication,
  type SealedOutcome,
} from '../programs/sealed-applier.js';
import {removeSettledPatch} from '../programs/stored-patch.js';
import type {ApplicationRecord, IncompleteRecord, Leftovers} from '../state/leftovers.js';
import type {TaskPlan} from '../plan.js';
import type {TaskError} from '../task-error.js';
import {lookAtFiles} from './look-at-files.js';
import {isGivenUp} from './is-given-up.js';
import {noteIncompleteTarget} from './note-incomplete-target.js';

export interface SettleRequest extends Omit<SealedApplication, 'isHeld' | 'mode'> {
  /** Of the task as it is now: the program that the record names may have moved. */
  readonly plan: TaskPlan;
  readonly mode: 'recover' | 'rollback';
  readonly leftovers: Leftovers;
}

/** `gone`: somebody has removed patch and journal. The target is noted as incomplete then. */
export type Settled = SealedOutcome | {readonly kind: 'gone'};

/**
 * Finishes or undoes an application that an interrupted run began, and removes what it left. An application that wrote
 * nothing and cannot be done any more is forgotten: the comparison that follows is worth more.
 *
 * @throws ApplierRefusal when it can be neither done nor forgotten; patch, journal and record stay then. TaskError,
 *   HostError when it could not be tried.
 */
export async function settleApplication(request: SettleRequest): Promise<Settled> {
  const {host, record, plan, mode, leftovers, signal} = request;
  const {hasFolder, hasPatch, hasJournal} = await lookAtFiles(host, record.path, signal);
  if (isGivenUp(record)) return await forgetGivenUp(request, hasJournal);
  if (!hasFolder) throw missingFolder(host, record);
  if (!hasPatch && hasJournal) {
    const message = `${record.path} on ${host.name} is gone, but its journal is there: ${record.targetPath} may be partly written`;
    throw new ApplierRefusal('journal', message, {hint: giveUpHint(host, record)});
  }
  if (!hasPatch) {
    await noteIncompleteTarget(leftovers, record);
    await removeSettledPatch(host, record, leftovers);
    return {kind: 'gone'};
  }
  let settled: Settled;
  try {
    settled = await runSealedApplier({...request, record: withProgramOf(plan, record), isHeld: false});
  } catch (error) {
    const isFull = error instanceof ApplierRefusal && error.code === 'disk-full';
    if (!isFinal(error) && !isFull) throw error;
    // It may be there only now.
    const isBegun = hasJournal || (await lookAtFiles(host, record.path, signal)).hasJournal;
    if (isBegun) throw isFull ? error : withHint(error, request);
    if (mode === 'rollback' && isFinal(error)) throw withRecoverHint(error);
    if (mode === 'rollback') throw error;
    settled = {kind: 'untouched', writtenBytes: 0, readBack: 'cached'};
  }
  await removeSettledPatch(host, record, leftovers);
  return settled;
}

/** Its files are for whoever is told of them to remove: it may have been about another device at the same place. */
async function forgetGivenUp({host, record, leftovers}: SettleRequest, hasJournal: boolean): Promise<Settled> {
  if (hasJournal) {
    const message = `a later run has compared ${record.targetPath} on ${host.name} anew, which is not written over`;
    throw new ApplierRefusal('journal', message, {hint: giveUpHint(host, record)});
  }
  await removeSettledPatch(host, record, leftovers);
  return {kind: 'untouched', writtenBytes: 0, readBack: 'cached'};
}

function missingFolder({name}: Host, {path, targetPath}: ApplicationRecord): ApplierRefusal {
  const message = `the folder of ${path} on ${name} is not there: ${targetPath} may be partly written`;
  return new ApplierRefusal('patch-dir', message, {
    hint: 'mount its file system, or give the user on that host the right to look into it',
  });
}

/** Trying again would end in the same way. */
export function isFinal(error: unknown): error is ApplierRefusal {
  return error instanceof ApplierRefusal && FINAL_CODES.has(error.code);
}

const FINAL_CODES: ReadonlySet<string> = new Set([
  'invalid-patch',
  'size-mismatch',
  'target-changed',
  'journal',
  'patch-dir',
] satisfies TaskError['code'][]);

/** Whether a record is about what the task writes now. */
export function isForTarget(
  {target}: TaskPlan,
  {connection, targetPath}: ApplicationRecord | IncompleteRecord,
): boolean {
  return targetPath === target.path && JSON.stringify(connection) === JSON.stringify(target.connection);
}

function withProgramOf(plan: TaskPlan, record: ApplicationRecord): ApplicationRecord {
  return isForTarget(plan, record) ? {...record, program: plan.targetProgram} : record;
}

function withHint(
  {code, message, errorLines}: ApplierRefusal,
  {host, record, mode}: Pick<SettleRequest, 'host' | 'record' | 'mode'>,
): ApplierRefusal {
  // The journal is enough for that.
  const undo = code === 'invalid-patch' && mode === 'recover' ? "'bdsync-manager recover --rollback' undoes it; " : '';
  return new ApplierRefusal(code, message, {errorLines, hint: undo + giveUpHint(host, record)});
}

/** For what cannot be undone, and has no journal. */
function withRecoverHint({code, message, errorLines}: ApplierRefusal): ApplierRefusal {
  return new ApplierRefusal(code, message, {
    errorLines,
    hint: "there is nothing left to undo with; 'bdsync-manager recover' without --rollback settles it, and so does the next run",
  });
}

function giveUpHint({name}: Host, {path}: ApplicationRecord): string {
  return `if nobody needs what was there before, remove ${path} and ${path}.journal on ${name}: a run compares anew all the same`;
}
