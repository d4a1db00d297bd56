import type {ConfiguredTask} from '../config/configuration.js';
import {planTask} from '../plan.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import {configOrigin} from '../state/task-id.js';
import {findGoneTasks} from './find-gone-tasks.js';
import {inheritedRecords} from './inherited-records.js';
import {findUnfinished, type UnfinishedWork, workOf} from './unfinished-work.js';

export interface TasksOfFile {
  readonly configFile: string;
  /** All sections of the file. */
  readonly configured: readonly ConfiguredTask[];
  /** All tasks that they come to. */
  readonly tasks: readonly ExpandedTask[];
}

/** What this machine knows to be unfinished, by the name of the task; no host is asked. A disabled task counts as well. */
export async function unfinishedOfTasks({
  configFile,
  configured,
  tasks,
}: TasksOfFile): Promise<ReadonlyMap<string, readonly UnfinishedWork[]>> {
  const origin = await configOrigin(configFile);
  const gone = await findGoneTasks({configured, expanded: tasks, origin});
  const found = new Map<string, readonly UnfinishedWork[]>();
  for (const {task} of tasks) {
    if (task.state !== 'valid') continue;
    const plan = planTask(task.config);
    const own = await findUnfinished(plan, origin);
    found.set(task.name, [...own, ...inheritedRecords(plan, gone).map(workOf)]);
  }
  return found;
}
