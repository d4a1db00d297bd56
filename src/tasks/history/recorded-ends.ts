import {connectionName} from '../../hosts/connection-name.js';
import type {TaskConfig} from '../config/task-config.js';

/** What a run copied, and where to: a success of other ends says nothing about those that a task has now. */
export interface RecordedEnds {
  readonly source: string;
  readonly target: {readonly host: string; readonly path: string};
}

/** As messages name them: of a connection command no words that may be secret, nor what only says how to get there. */
export function recordedEnds({
  sourcePath,
  targetPath,
  connectionCommand,
}: Pick<TaskConfig, 'sourcePath' | 'targetPath' | 'connectionCommand'>): RecordedEnds {
  const host = connectionCommand.length === 0 ? 'this machine' : connectionName(connectionCommand);
  return {source: sourcePath, target: {host, path: targetPath}};
}
