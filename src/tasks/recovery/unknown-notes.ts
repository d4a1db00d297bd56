import {StateDirError} from '../../state-folder.js';
import type {TaskPlan} from '../plan.js';
import type {Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {taskId} from '../state/task-id.js';

/** The files with notes of interrupted runs of the task that cannot be understood. */
export async function findUnknownNotes(
  {task, stateDir}: Pick<TaskPlan, 'task' | 'stateDir'>,
  origin: string,
): Promise<readonly string[]> {
  try {
    return filesOfUnknown(await Leftovers.peek(stateDir, taskId(task, origin)));
  } catch (error) {
    // Whoever needs the folder tells what is wrong with it.
    if (error instanceof StateDirError) return [];
    throw error;
  }
}

/** Each once: it says the same of all that is in it. */
export function filesOfUnknown(records: readonly Leftover[]): readonly string[] {
  return [...new Set(records.flatMap((record) => (record.kind === 'unknown' ? [record.file] : [])))];
}
