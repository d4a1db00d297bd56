import type {Configuration, ConfiguredTask} from './config/configuration.js';
import {TaskError} from './task-error.js';

/** A task of the configuration that a run was asked for. */
export interface SelectedTask {
  readonly configured: ConfiguredTask;
  /** Named on the command line, as opposed to one of all. */
  readonly byName: boolean;
}

/** All tasks in file order, or the named ones in the order given, each once. */
export function selectTasks(configuration: Configuration, names: readonly string[]): SelectedTask[] {
  if (names.length === 0) return configuration.tasks.map((configured) => ({configured, byName: false}));
  const byName = new Map(configuration.tasks.map((task) => [task.name, task]));
  const unknown = names.filter((name) => !byName.has(name));
  if (unknown.length > 0) {
    const known = [...byName.keys()];
    throw new TaskError('unknown-task', `unknown task ${unknown.map((name) => `'${name}'`).join(', ')}`, {
      hint:
        known.length > 0
          ? `${configuration.file} has the tasks ${known.join(', ')}`
          : `${configuration.file} has no tasks`,
    });
  }
  return [...new Set(names)].flatMap((name) => {
    const configured = byName.get(name);
    return configured ? [{configured, byName: true}] : [];
  });
}
