import {TaskError} from '../task-error.js';
import type {TaskPlan} from '../plan.js';
import type {Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {lockTask} from '../state/run-lock.js';
import type {GoneTask} from './find-gone-tasks.js';
import {hasHeir, inheritedRecords} from './inherited-records.js';

export interface InheritRequest {
  readonly plan: TaskPlan;
  readonly gone: readonly GoneTask[];
  readonly leftovers: Leftovers;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes over what tasks that are gone from the configuration began to write of this task's target, as after a section was
 * renamed: from here on that is the business of this task, which finishes it, and never later, over what it writes itself.
 * To be called under the lock of this task.
 *
 * @throws StateDirError
 */
export async function inheritRecords({plan, gone, leftovers, log, signal}: InheritRequest): Promise<void> {
  for (const {task, taskId, stateDir} of gone.filter((each) => inheritedRecords(plan, [each]).length > 0)) {
    try {
      await using lock = await lockTask({stateDir, taskId, task, wait: false, signal});
      void lock;
      const left = await Leftovers.open(stateDir, taskId);
      for (const record of left.list().filter((each) => hasHeir(each, [plan]))) {
        // It is there already where an earlier one was killed between these two.
        if (!leftovers.list().some((own) => isSame(own, record))) await leftovers.add(record);
        await left.drop(record);
      }
      log(`took over what an interrupted run of task ${task} began, which is not configured any more`);
    } catch (error) {
      // Its last run goes on: the target is not free either.
      if (!(error instanceof TaskError) || error.code !== 'task-locked') throw error;
    }
  }
}

function isSame(one: Leftover, other: Leftover): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
