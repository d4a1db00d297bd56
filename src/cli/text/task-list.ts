import {connectionName} from '../../hosts/connection-name.js';
import type {Configuration, ConfiguredTask} from '../../tasks/config/configuration.js';

/** The tasks of a configuration file as `list` shows them. */
export interface TaskList {
  readonly configFile: string;
  readonly tasks: readonly ListedTask[];
}

export interface ListedTask {
  readonly task: string;
  readonly state: 'enabled' | 'disabled' | 'invalid';
  readonly source: string | undefined;
  readonly target: string | undefined;
  /** As messages name the target's host; undefined for this machine. A connection command may hold a password. */
  readonly connection: string | undefined;
  readonly flow: 'in-place' | 'patch-file' | undefined;
  readonly errors: readonly string[];
}

export function listTasks({file, tasks}: Configuration): TaskList {
  return {configFile: file, tasks: tasks.map(listedTask)};
}

function listedTask(task: ConfiguredTask): ListedTask {
  if (task.state === 'invalid') {
    return {
      task: task.name,
      state: task.disabled ? 'disabled' : 'invalid',
      source: undefined,
      target: undefined,
      connection: undefined,
      flow: undefined,
      errors: task.errors.map(({message}) => message),
    };
  }
  const {disabled, sourcePath, targetPath, connectionCommand, applyPatchInPlace} = task.config;
  return {
    task: task.name,
    state: disabled ? 'disabled' : 'enabled',
    source: sourcePath,
    target: targetPath,
    connection: connectionCommand.length === 0 ? undefined : connectionName(connectionCommand),
    flow: applyPatchInPlace ? 'in-place' : 'patch-file',
    errors: [],
  };
}
