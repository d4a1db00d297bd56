import type {ExpandedTask} from '../sets/expanded-task.js';
import {configOrigin} from '../state/task-id.js';
import {findUnfinished, type UnfinishedWork} from './unfinished-work.js';

export interface TasksOfFile {
  readonly configFile: string;
  readonly tasks: readonly ExpandedTask[];
}

/** What this machine knows to be unfinished, by the name of the task; no host is asked. A disabled task counts as well. */
export async function unfinishedOfTasks({
  configFile,
  tasks,
}: TasksOfFile): Promise<ReadonlyMap<string, readonly UnfinishedWork[]>> {
  const origin = await configOrigin(configFile);
  const found = new Map<string, readonly UnfinishedWork[]>();
  for (const {task} of tasks) {
    if (task.state !== 'valid') continue;
    const {name, stateDir} = task.config;
    found.set(name, await findUnfinished({task: name, stateDir}, origin));
  }
  return found;
}
