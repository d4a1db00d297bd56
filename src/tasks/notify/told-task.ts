import type {NotifyConfig} from '../config/notify-config.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import type {KnownTask} from './hook-environment.js';

/** A task of which others are told, and who they are. */
export interface ToldTask extends KnownTask {
  readonly notify: NotifyConfig;
}

/** Nobody waits for a word of a task that is disabled. */
export function toldTasks(tasks: readonly ExpandedTask[], configFile: string | undefined): ToldTask[] {
  return tasks.flatMap(({task}): ToldTask[] => {
    const {name} = task;
    if (task.state === 'valid') {
      const {disabled, sourcePath, targetPath, notify} = task.config;
      return disabled ? [] : [{name, configFile, sourcePath, targetPath, notify}];
    }
    if (task.state === 'invalid' && task.disabled) return [];
    const {ping} = task.notify;
    // An address of no volume in particular is nobody's.
    const notify = {...task.notify, ping: ping?.namesVolume ? undefined : ping};
    return [{name, configFile, sourcePath: undefined, targetPath: undefined, notify}];
  });
}
