import {connectionName} from '../../hosts/connection-name.js';
import {targetKey} from '../config/target-key.js';
import {TaskError} from '../task-error.js';
import type {ExpandedTask} from './expanded-task.js';

/**
 * Makes tasks unusable that would write the same target, one over the other. Two sections for a single volume each may
 * do so, with a warning: somebody wrote both paths by hand, perhaps for different days.
 */
export function refuseSharedTargets(tasks: readonly ExpandedTask[]): ExpandedTask[] {
  const writers = new Map<string, ExpandedTask[]>();
  for (const expanded of tasks) {
    const key = keyOf(expanded);
    if (key !== undefined) writers.set(key, [...(writers.get(key) ?? []), expanded]);
  }
  return tasks.map((expanded) => {
    const {task} = expanded;
    const sharing = writers.get(keyOf(expanded) ?? '') ?? [];
    if (task.state !== 'valid' || sharing.length < 2 || sharing.every(({section}) => section === undefined)) {
      return expanded;
    }
    const {name, warnings, config} = task;
    const others = sharing.filter((other) => other !== expanded).map((other) => other.task.name);
    const {connectionCommand: words, targetPath} = config;
    const host = words.length === 0 ? 'this machine' : connectionName(words);
    const message = `${name} and ${others.join(', ')} would write the same target, ${targetPath} on ${host}`;
    const hint = 'tell them apart in target_path, by {group} or by folders of their own';
    const {stateDir, metricsFile, notify} = config;
    const error = new TaskError('target-shared', message, {hint});
    return {...expanded, task: {state: 'unusable', name, warnings, stateDir, metricsFile, notify, error}};
  });
}

function keyOf({task}: ExpandedTask): string | undefined {
  return task.state === 'valid' ? targetKey(task.config) : undefined;
}
