import {messageOf} from '../../errors.js';
import type {Host} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import type {TaskPlan} from '../plan.js';
import {folderGoneHint, removeSettledPatch} from '../programs/remove-patch.js';
import {
  ApplierRefusal,
  runSealedApplier,
  type SealedApplication,
  type SealedOutcome,
} from '../programs/sealed-applier.js';
import type {ApplicationRecord, IncompleteRecord} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import {TaskError} from '../task-error.js';
import {isGivenUp} from './is-given-up.js';
import {lookAtFiles} from './look-at-files.js';
import {noteIncompleteTarget} from './note-incomplete-target.js';

export interface SettleRequest extends Omit<SealedApplication, 'confirmHold' | 'mode'> {
  /** Of the task as it is now: the program that the record names may have moved. Undefined for one that is gone. */
  readonly plan: TaskPlan | undefined;
  readonly mode: 'recover' | 'rollback';
  readonly leftovers: Leftovers;
}

/**
 * `gone`: somebody has removed patch and journal. `discarded`: the patch could not be used, and there was no journal: it
 * may never have been begun, or somebody has removed the journal. The target is noted as incomplete in both cases.
 */
export type Settled = (
  | SealedOutcome
  | {readonly kind: 'gone'}
  | {readonly kind: 'discarded'; readonly why: ApplierRefusal}
) & {
  /** Why the patch could not be removed, if so. It stays noted, as a file. */
  readonly stays?: string | undefined;
};

/**
 * Finishes or undoes an application that an interrupted run began, and removes what it left. One that has no journal and
 * cannot be done any more is discarded: the comparison that follows is worth more.
 *
 * @throws ApplierRefusal when it can be neither done nor forgotten; patch, journal and record stay then. TaskError,
 *   HostError when it could not be tried.
 */
export async function settleApplication(request: SettleRequest): Promise<Settled> {
  const {host, record, plan, mode, leftovers, signal} = request;
  const {trouble, hasPatch, hasJournal} = await lookAtFiles(host, record, signal);
  if (trouble !== undefined) throw unknownFiles(request, trouble);
  if (isGivenUp(record)) return await forgetGivenUp(request, hasJournal);
  if (!hasPatch && hasJournal) {
    const message = `${record.path} on ${host.name} is gone, but its journal is there: ${record.targetPath} may be partly written`;
    throw new ApplierRefusal('journal', message, {hint: giveUpHint(host, record)});
  }
  if (!hasPatch) {
    await noteIncompleteTarget(leftovers, record);
    return {kind: 'gone', stays: await removeIt(request)};
  }
  let settled: SealedOutcome;
  try {
    settled = await runSealedApplier({...request, record: withProgramOf(plan, record)});
  } catch (error) {
    if (isOutOfReach(error)) throw withHint(error, request);
    if (!(error instanceof ApplierRefusal)) throw error;
    const isFull = error.code === 'disk-full';
    if (!isFinal(error) && !isFull) throw error;
    // It may be there only now, and may be out of sight by now.
    const now = await lookAtFiles(host, record, signal);
    if (!hasJournal && now.trouble !== undefined) throw unknownFiles(request, now.trouble);
    if (hasJournal || now.hasJournal) throw isFull ? error : withHint(error, request);
    if (mode === 'rollback' && isFinal(error)) throw withRecoverHint(error);
    if (mode === 'rollback') throw error;
    await noteIncompleteTarget(leftovers, record);
    return {kind: 'discarded', why: error, stays: await removeIt(request)};
  }
  return {...settled, stays: await removeIt(request)};
}

const UNTOUCHED: SealedOutcome = {kind: 'untouched', writtenBytes: 0, readBack: 'cached'};

/** What was done is done, whether its patch can be removed now or later. Returns why not, if so. */
async function removeIt({host, record, leftovers}: SettleRequest): Promise<string | undefined> {
  try {
    await removeSettledPatch(host, record, leftovers);
    return undefined;
  } catch (error) {
    if (error instanceof TaskError || error instanceof HostError) return messageOf(error);
    throw error;
  }
}

/** Its files are for whoever is told of them to remove: it may have been about another device at the same place. */
async function forgetGivenUp(request: SettleRequest, hasJournal: boolean): Promise<Settled> {
  const {host, record} = request;
  if (hasJournal) {
    const message = `a later run has compared ${record.targetPath} on ${host.name} anew, which is not written over`;
    throw new ApplierRefusal('journal', message, {hint: giveUpHint(host, record)});
  }
  return {...UNTOUCHED, stays: await removeIt(request)};
}

function unknownFiles({host, record}: SettleRequest, trouble: string): ApplierRefusal {
  const {path, targetPath} = record;
  const left = isGivenUp(record) ? '' : `; ${targetPath} may be partly written`;
  const message = `cannot look for ${path} and its journal on ${host.name}: ${trouble}${left}`;
  return new ApplierRefusal('patch-dir', message, {hint: folderGoneHint(path)});
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

/**
 * The program cannot get at the target, at the patch or at its journal, or is not there any more itself. It may come
 * back, and nothing must be forgotten; who compares anew need not wait for it.
 */
export function isOutOfReach(error: unknown): error is ApplierRefusal {
  return error instanceof ApplierRefusal && OUT_OF_REACH_CODES.has(error.code);
}

const OUT_OF_REACH_CODES: ReadonlySet<string> = new Set([
  'target-unusable',
  'patch-unreadable',
  'no-bdsync',
] satisfies TaskError['code'][]);

/** Whether a record is about what the task writes now. */
export function isForTarget(
  {target}: {readonly target: Pick<TaskPlan['target'], 'path' | 'connection'>},
  {connection, targetPath}: ApplicationRecord | IncompleteRecord,
): boolean {
  return targetPath === target.path && JSON.stringify(connection) === JSON.stringify(target.connection);
}

function withProgramOf(plan: TaskPlan | undefined, record: ApplicationRecord): ApplicationRecord {
  return plan !== undefined && isForTarget(plan, record) ? {...record, program: plan.targetProgram} : record;
}

function withHint(
  error: ApplierRefusal,
  {host, record, mode}: Pick<SettleRequest, 'host' | 'record' | 'mode'>,
): ApplierRefusal {
  const {code, message, errorLines} = error;
  // It has looked whether what is left of the patch shows that the journal is its own.
  const canUndo = errorLines.some((line) => line.includes(UNDOES));
  const undo = canUndo && mode === 'recover' ? "'bdsync-manager recover --rollback' undoes it" : undefined;
  const first = isOutOfReach(error) ? error.hint : undefined;
  const hint = [first, undo, giveUpHint(host, record)].filter((each) => each !== undefined).join('; ');
  return new ApplierRefusal(code, message, {errorLines, hint});
}

/** In the words of the program that applies. */
const UNDOES = '--rollback undoes it';

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
