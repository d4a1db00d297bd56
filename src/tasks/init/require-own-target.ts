import type {Configuration} from '../config/configuration.js';
import {targetKey} from '../config/target-key.js';
import {InitError} from './init-error.js';

/**
 * Makes sure that what a new task writes is nobody else's copy, nor what it reads itself, by the paths as they stand in the
 * file; what else they may be, `check` finds.
 *
 * @throws InitError 'target-taken'
 */
export function requireOwnTarget({tasks}: Configuration, name: string): void {
  const configs = tasks.flatMap((task) => (task.state === 'valid' ? [task.config] : []));
  const added = configs.find((config) => config.name === name);
  if (added === undefined) return;
  const {sourcePath, targetPath, connectionCommand} = added;
  if (connectionCommand.length === 0 && sourcePath === targetPath) {
    throw new InitError('target-taken', `${targetPath} is the source: it cannot be its own copy`, {});
  }
  const key = targetKey(added);
  const other = key === undefined ? undefined : configs.find((config) => config !== added && targetKey(config) === key);
  if (other === undefined) return;
  const copied = other.sourcePath === sourcePath ? sourcePath : `another source, ${other.sourcePath},`;
  throw new InitError('target-taken', `the task [${other.name}] copies ${copied} to ${targetPath} already`, {
    hint: 'name another target, or edit that task',
  });
}
