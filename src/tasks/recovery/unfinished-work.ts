import {connectionName} from '../../hosts/connection-name.js';
import {formatLocalTime} from '../../local-time.js';
import {StateDirError} from '../../state-folder.js';
import type {TaskPlan} from '../plan.js';
import type {ApplicationRecord, IncompleteRecord, Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {taskId} from '../state/task-id.js';
import {isGivenUp} from './is-given-up.js';

/** What a run began to write and did not end, as this machine has it noted. */
export interface UnfinishedWork {
  /**
   * `sealed`: it can be finished or undone. `in-place`: the next run of the task compares anew and completes it.
   * `given-up`: it could not be finished, and the target was brought in step all the same; its files are left.
   */
  readonly kind: 'sealed' | 'in-place' | 'given-up';
  readonly host: string;
  readonly target: string;
  /** ISO 8601. */
  readonly since: string;
  /** Of what was given up: the patch, its journal beside it, and when the target was brought in step, in ISO 8601. */
  readonly patchPath?: string;
  readonly wholeSince?: string;
}

/** What interrupted runs of the task began, without a look at any host. */
export async function findUnfinished(
  task: Pick<TaskPlan, 'task' | 'stateDir'>,
  origin: string,
): Promise<UnfinishedWork[]> {
  return (await findUnfinishedRecords(task, origin)).map(workOf);
}

/** The same, as it is noted. */
export async function findUnfinishedRecords(
  {task, stateDir}: Pick<TaskPlan, 'task' | 'stateDir'>,
  origin: string,
): Promise<(ApplicationRecord | IncompleteRecord)[]> {
  try {
    return (await Leftovers.peek(stateDir, taskId(task, origin))).filter(isUnfinished);
  } catch (error) {
    // Whoever needs the folder tells what is wrong with it.
    if (error instanceof StateDirError) return [];
    throw error;
  }
}

export function isUnfinished(record: Leftover): record is ApplicationRecord | IncompleteRecord {
  return record.kind === 'application' || record.kind === 'incomplete';
}

export function workOf(record: ApplicationRecord | IncompleteRecord): UnfinishedWork {
  const {connection, targetPath: target, since} = record;
  const host = connection.length === 0 ? 'this machine' : connectionName(connection);
  if (record.kind === 'incomplete') return {kind: 'in-place', host, target, since};
  const {wholeSince, path: patchPath} = record;
  if (!isGivenUp(record)) return {kind: 'sealed', host, target, since};
  return {kind: 'given-up', host, target, since, patchPath, ...(wholeSince !== undefined && {wholeSince})};
}

/** One sentence for whoever does not have the lock of the task. */
export function unfinishedText(work: UnfinishedWork): string {
  const {kind, host, target, since} = work;
  if (kind === 'given-up') return `left over: ${givenUpText(work)}`;
  return `${target} on ${host} is incomplete since ${formatLocalTime(since)}, unless a run is writing it now`;
}

/** Told of a target that is whole, or about to be: only files are left. */
export function givenUpText({host, target, patchPath, wholeSince}: UnfinishedWork): string {
  const how =
    wholeSince === undefined
      ? 'is compared anew instead'
      : `was brought in step at ${formatLocalTime(wholeSince)} without them`;
  return `the patch ${patchPath} on ${host} and its journal, which could not be finished; ${target} ${how}`;
}

export const GIVEN_UP_HINT =
  'remove both by hand if nobody needs what the target had before; the next run then forgets them';

export const RUN_AGAIN_HINT = 'run the task again: it compares anew, and completes the target';
