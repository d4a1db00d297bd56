import {defaultStateDir} from '../../state-dir.js';
import type {ExpandedTask} from './expanded-task.js';

/** Where a task's runs are recorded: the usual folder for one that does not even tell that. */
export function stateDirOf(task: ExpandedTask['task']): string | undefined {
  return (task.state === 'valid' ? task.config.stateDir : task.stateDir) ?? defaultStateDir();
}
