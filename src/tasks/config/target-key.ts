import {posix} from 'node:path';
import type {TaskConfig} from './task-config.js';

/** The same for tasks that write the same target. Undefined for what writes nothing. */
export function targetKey({disabled, connectionCommand, targetPath}: TaskConfig): string | undefined {
  return disabled ? undefined : JSON.stringify([connectionCommand, posix.normalize(targetPath)]);
}
