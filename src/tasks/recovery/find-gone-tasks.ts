import {StateDirError} from '../../state-folder.js';
import {defaultStateDir} from '../../state-dir.js';
import type {ConfiguredTask} from '../config/configuration.js';
import {readHistory} from '../history/read-history.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import type {Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {findLockHolder} from '../state/run-lock.js';
import {taskId, type TaskOwner} from '../state/task-id.js';

/** A task that its configuration file does not have any more, by this name, and of which something is noted. */
export interface GoneTask {
  readonly task: string;
  readonly taskId: string;
  readonly stateDir: string;
  readonly records: readonly Leftover[];
}

export interface GoneTasksSearch {
  readonly configured: readonly ConfiguredTask[];
  /** All tasks that the configuration comes to; undefined where not all volumes were asked for. */
  readonly expanded: readonly ExpandedTask[] | undefined;
  /** The real path of the configuration. */
  readonly origin: string;
}

/**
 * Finds what is noted for tasks of this configuration file that were renamed or removed: no run of theirs comes any more.
 * What is noted for another configuration is left to that, and what a run is at work on, to that run. A folder that cannot
 * be looked into is left to who needs it.
 */
export async function findGoneTasks(search: GoneTasksSearch): Promise<GoneTask[]> {
  const {configured, origin} = search;
  const found: GoneTask[] = [];
  for (const stateDir of stateDirsOf(configured)) {
    try {
      for (const id of await Leftovers.taskIds(stateDir)) {
        const leftovers = await Leftovers.look(stateDir, id);
        const owner = leftovers.owner ?? (await ownerByHistory(stateDir, id));
        if (owner?.origin !== origin || taskId(owner.task, origin) !== id || isThere(owner.task, search)) continue;
        if ((await findLockHolder(stateDir, id)) !== undefined) continue;
        found.push({task: owner.task, taskId: id, stateDir, records: leftovers.list()});
      }
    } catch (error) {
      if (!(error instanceof StateDirError)) throw error;
    }
  }
  return found.filter(({records}) => records.length > 0);
}

/** All that tasks of a configuration keep their state in, and the usual one. */
export function stateDirsOf(configured: readonly ConfiguredTask[]): string[] {
  const dirs = configured.map((task) => (task.state === 'invalid' ? task.stateDir : task.config.stateDir));
  return [...new Set([...dirs, defaultStateDir()])].filter((dir) => dir !== undefined);
}

/** An earlier version, or a file that is damaged, does not tell itself whose it is. */
async function ownerByHistory(stateDir: string, id: string): Promise<TaskOwner | undefined> {
  return (await readHistory(stateDir, id)).records.at(-1);
}

/** Volumes of a section that were not asked for, or could not be told, may be there. */
function isThere(name: string, {configured, expanded = []}: GoneTasksSearch): boolean {
  if (configured.some((task) => task.name === name) || expanded.some(({task}) => task.name === name)) return true;
  const isToldOf = (section: string): boolean => expanded.some((task) => task.section === section);
  return configured.some((task) => task.state === 'set' && name.startsWith(`${task.name}/`) && !isToldOf(task.name));
}
