import {ExpectedError, ProgramError} from '../../errors.js';
import type {LogLevel} from '../../log.js';
import type {HostPool} from '../ends/host-pool.js';
import type {TaskPlan} from '../plan.js';
import type {ApplicationRecord, IncompleteRecord, Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {removeLeftovers} from '../state/remove-leftovers.js';
import {lockTask} from '../state/run-lock.js';
import {taskId} from '../state/task-id.js';
import {UNKNOWN_NOTE_HINT, unknownNoteText} from '../state/unknown-note-text.js';
import type {GoneTask} from './find-gone-tasks.js';
import {abandonedHint} from './gone-findings.js';
import {inheritRecords} from './inherit-records.js';
import {type HasTarget, hasHeir, inheritedRecords} from './inherited-records.js';
import {type RecordSurroundings, recoverRecord} from './recover-record.js';
import {type RecoveringTask, RecoveryRecord} from './recovery-record.js';
import type {RecoveredApplication, RecoveryOutcome} from './recovery-report.js';
import {isUnfinished, RUN_AGAIN_HINT} from './unfinished-work.js';
import {filesOfUnknown} from './unknown-notes.js';

export interface RecoverSurroundings {
  readonly origin: string;
  readonly pool: HostPool;
  /** Undo instead of finishing. */
  readonly rollback: boolean;
  readonly signal: AbortSignal;
  /** Tasks that the configuration does not have any more, and all that it has. */
  readonly gone: readonly GoneTask[];
  readonly targets: readonly HasTarget[];
  readonly onRemoved: (what: string) => void;
  readonly onWarning: (text: string) => void;
}

/** Of one that is gone from the configuration, there is no plan. */
export interface RecoverSubject extends RecoveringTask {
  readonly plan: TaskPlan | undefined;
}

/**
 * Finishes, or undoes, what interrupted runs of a task began to apply, under its lock. Of one that is gone from the
 * configuration, what else they left is removed as well.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function recoverTask(
  subject: RecoverSubject,
  surroundings: RecoverSurroundings,
): Promise<readonly RecoveredApplication[]> {
  const {origin, pool, signal, onWarning} = surroundings;
  const record = new RecoveryRecord(subject, origin);
  try {
    await recoverUnderLock(subject, surroundings, record);
  } catch (error) {
    if (signal.aborted || !(error instanceof ExpectedError)) {
      await record.breakOff(error, signal);
      throw error;
    }
    record.applications.push({...placeOf(subject.task, undefined, pool), ...failure(error, signal)});
  }
  const {applications} = record;
  const trouble = applications.length === 0 ? undefined : await record.end();
  if (trouble !== undefined) onWarning(trouble);
  return applications;
}

async function recoverUnderLock(
  subject: RecoverSubject,
  surroundings: RecoverSurroundings,
  record: RecoveryRecord,
): Promise<void> {
  const {origin, pool, gone, targets, signal} = surroundings;
  const {task, stateDir, plan} = subject;
  const id = taskId(task, origin);
  const known = await Leftovers.peek(stateDir, id);
  if (plan !== undefined && !known.some(isToBeTold) && inheritedRecords(plan, gone).length === 0) return;
  await using lock = await lockTask({stateDir, taskId: id, task, wait: false, signal});
  void lock;
  const leftovers = await Leftovers.open(stateDir, id, {owner: {task, origin}});
  if (plan !== undefined) await inheritRecords({plan, gone, leftovers, log: () => {}, signal});
  const ofOthers = plan === undefined ? targets : [];
  const unfinished = leftovers
    .list()
    .filter(isUnfinished)
    .filter((each) => !hasHeir(each, ofOthers));
  const unknown = plan === undefined ? [] : filesOfUnknown(leftovers.list());
  if (unfinished.length + unknown.length > 0) await record.begin();
  record.applications.push(...unknown.map((file) => ({...placeOf(task, undefined, pool), ...notUnderstood(file)})));
  for (const work of unfinished) {
    const outcome = await outcomeOf(work, {...surroundings, plan, leftovers});
    const isAbandoned = plan === undefined && outcome.hint === RUN_AGAIN_HINT;
    const hint = isAbandoned ? abandonedHint({stateDir, taskId: id}) : outcome.hint;
    record.applications.push({...placeOf(task, work, pool), ...outcome, hint});
  }
  if (plan === undefined) await removeRest(subject, {...surroundings, leftovers}, record);
}

/** One that cannot be reached keeps no other from being finished. */
async function outcomeOf(
  work: ApplicationRecord | IncompleteRecord,
  surroundings: RecordSurroundings,
): Promise<RecoveryOutcome> {
  try {
    return await recoverRecord(work, surroundings);
  } catch (error) {
    return failure(error, surroundings.signal);
  }
}

function notUnderstood(file: string): RecoveryOutcome {
  const message = `${unknownNoteText(file)}; the target may be incomplete`;
  return {state: 'failed', message, hint: UNKNOWN_NOTE_HINT, errorLines: []};
}

/** What the next run of a task would remove, where none comes. */
async function removeRest(
  {task}: RecoverSubject,
  {pool, signal, leftovers, onRemoved, onWarning}: RecoverSurroundings & {readonly leftovers: Leftovers},
  record: RecoveryRecord,
): Promise<void> {
  const troubles: string[] = [];
  const log = (level: LogLevel, text: string): void => {
    if (level === 'info') onRemoved(`${task}: ${text}`);
    else troubles.push(text);
  };
  await removeLeftovers({leftovers, pool, teller: {log}, signal});
  if (leftovers.list().every(isUnfinished)) {
    troubles.forEach(onWarning);
    return;
  }
  const told = {state: 'failed' as const, message: troubles.join('; '), hint: undefined, errorLines: []};
  record.applications.push({...placeOf(task, undefined, pool), ...told});
}

function isToBeTold(leftover: Leftover): boolean {
  return isUnfinished(leftover) || leftover.kind === 'unknown';
}

function failure(error: unknown, signal: AbortSignal): RecoveryOutcome {
  if (signal.aborted || !(error instanceof ExpectedError)) throw error;
  const {message, hint} = error;
  return {state: 'failed', message, hint, errorLines: error instanceof ProgramError ? error.errorLines : []};
}

function placeOf(task: string, record: ApplicationRecord | IncompleteRecord | undefined, pool: HostPool) {
  return {task, host: record && pool.host(record).name, target: record?.targetPath};
}
