import {connectionName} from '../../hosts/connection-name.js';
import type {UnfinishedWork} from '../../tasks/recovery/unfinished-work.js';
import type {ExpandedTask} from '../../tasks/sets/expanded-task.js';

/** The tasks of a configuration file as `list` shows them. */
export interface TaskList {
  readonly configFile: string;
  readonly tasks: readonly ListedTask[];
}

export interface ListedTask {
  readonly task: string;
  readonly state: 'enabled' | 'disabled' | 'invalid' | 'unusable';
  readonly source: string | undefined;
  readonly target: string | undefined;
  /** As messages name the target's host; undefined for this machine. A connection command may hold a password. */
  readonly connection: string | undefined;
  readonly flow: 'in-place' | 'patch-file' | undefined;
  readonly errors: readonly string[];
  /** What its interrupted runs began to write, as far as it is noted on this machine. */
  readonly unfinished: readonly UnfinishedWork[];
}

export function listTasks(
  configFile: string,
  tasks: readonly ExpandedTask[],
  unfinished: ReadonlyMap<string, readonly UnfinishedWork[]>,
): TaskList {
  return {configFile, tasks: tasks.map(({task}) => listedTask(task, unfinished.get(task.name) ?? []))};
}

function listedTask(task: ExpandedTask['task'], unfinished: readonly UnfinishedWork[]): ListedTask {
  const nothing = {source: undefined, target: undefined, connection: undefined, flow: undefined};
  const unknown = {task: task.name, ...nothing, unfinished};
  if (task.state === 'invalid') {
    const state = task.disabled ? 'disabled' : 'invalid';
    return {...unknown, state, errors: task.errors.map(({message}) => message)};
  }
  if (task.state === 'unusable') {
    return {...unknown, state: 'unusable', errors: [`${task.name}: ${task.error.message}`]};
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
    unfinished,
  };
}
