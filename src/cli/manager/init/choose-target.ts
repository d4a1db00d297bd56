import {resolve} from 'node:path';
import {homeFolderOf} from '../../../tasks/config/home-folder.js';
import {localPath} from '../../../tasks/config/path-values.js';
import {sshCommand, type TaskAnswers} from '../../../tasks/init/task-answers.js';
import {parseSyncTarget} from '../sync/sync-target.js';
import {UsageError} from '../usage-error.js';
import type {Dialogue} from './dialogue.js';
import type {InitFlags} from './init-flags.js';

type Target = Pick<TaskAnswers, 'targetPath' | 'connectionCommand'>;

/** Where the copy goes to. */
export async function chooseTarget(
  {target: given, connectionCommand}: InitFlags,
  dialogue: Dialogue | undefined,
): Promise<Target> {
  if (given !== undefined) return readTarget(given, connectionCommand);
  if (dialogue === undefined) throw new UsageError('there is no --target');
  const what = connectionCommand === undefined ? 'A path on this machine, or [user@]host:path' : 'A path there';
  return await dialogue.ask(`Where does the copy go? ${what}`, (text) => readTarget(text, connectionCommand));
}

function readTarget(text: string, connectionCommand: string | undefined): Target {
  if (connectionCommand !== undefined) return {targetPath: text, connectionCommand};
  const {login, path} = parseSyncTarget(text);
  // Whatever folder a run is started in; there, it is the home folder always.
  if (login === undefined) return {targetPath: resolve(localPath(path, homeFolderOf)), connectionCommand: undefined};
  return {targetPath: path, connectionCommand: sshCommand(login)};
}
