import type {ConfiguredTask} from '../config/configuration.js';
import {planTask, type TaskPlan} from '../plan.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import type {ApplicationRecord, IncompleteRecord} from '../state/leftover.js';
import type {GoneTask} from './find-gone-tasks.js';
import {isForTarget} from './settle-application.js';
import {isUnfinished} from './unfinished-work.js';

/** What a task writes now. */
export interface HasTarget {
  readonly target: Pick<TaskPlan['target'], 'path' | 'connection'>;
}

/** What tasks that are gone began to write of the target that a task has now: its next run takes that over. */
export function inheritedRecords(
  task: HasTarget,
  gone: readonly GoneTask[],
): readonly (ApplicationRecord | IncompleteRecord)[] {
  return gone.flatMap(({records}) => records.filter(isUnfinished).filter((record) => isForTarget(task, record)));
}

/** What no task takes over, and who is told of it. */
export function withoutHeirs(gone: readonly GoneTask[], tasks: readonly HasTarget[]): GoneTask[] {
  return gone
    .map((each) => ({...each, records: each.records.filter((record) => !hasHeir(record, tasks))}))
    .filter(({records}) => records.length > 0);
}

/** The tasks that may take something over: the configured ones, and the volumes of sections, as far as they are known. */
export function heirs(configured: readonly ConfiguredTask[], expanded: readonly ExpandedTask[]): HasTarget[] {
  return [...configured, ...expanded.map(({task}) => task)].flatMap((task) =>
    task.state === 'valid' ? [planTask(task.config)] : [],
  );
}

export function hasHeir(record: GoneTask['records'][number], tasks: readonly HasTarget[]): boolean {
  return isUnfinished(record) && tasks.some((task) => isForTarget(task, record));
}
