import {connectionName} from '../../hosts/connection-name.js';
import {StateDirError} from '../../state-folder.js';
import type {TaskPlan} from '../plan.js';
import {type ApplicationRecord, type IncompleteRecord, type Leftover, Leftovers} from '../state/leftovers.js';
import {taskId} from '../state/task-id.js';

/** What a run began to write and did not end, as this machine has it noted. */
export interface UnfinishedWork {
  /** `sealed`: it can be finished or undone. `in-place`: the next run of the task compares anew and completes it. */
  readonly kind: 'sealed' | 'in-place';
  readonly host: string;
  readonly target: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What interrupted runs of the task began, without a look at any host. */
export async function findUnfinished(
  {task, stateDir}: Pick<TaskPlan, 'task' | 'stateDir'>,
  origin: string,
): Promise<UnfinishedWork[]> {
  try {
    return (await Leftovers.peek(stateDir, taskId(task, origin))).filter(isUnfinished).map(workOf);
  } catch (error) {
    // Whoever needs the folder tells what is wrong with it.
    if (error instanceof StateDirError) return [];
    throw error;
  }
}

export function isUnfinished(record: Leftover): record is ApplicationRecord | IncompleteRecord {
  return record.kind === 'application' || record.kind === 'incomplete';
}

export function workOf({kind, connection, targetPath, since}: ApplicationRecord | IncompleteRecord): UnfinishedWork {
  const host = connection.length === 0 ? 'this machine' : connectionName(connection);
  return {kind: kind === 'application' ? 'sealed' : 'in-place', host, target: targetPath, since};
}

/** One sentence for whoever does not have the lock of the task. */
export function unfinishedText({host, target, since}: UnfinishedWork): string {
  return `${target} on ${host} is incomplete since ${since}, unless a run is writing it now`;
}

export function unfinishedHint({kind}: UnfinishedWork): string {
  return kind === 'sealed' ? FINISH_HINT : RUN_AGAIN_HINT;
}

const FINISH_HINT =
  "the next run finishes it first; 'bdsync-manager recover' does so now, with --rollback it undoes it";
export const RUN_AGAIN_HINT = 'run the task again: it compares anew, and completes the target';
