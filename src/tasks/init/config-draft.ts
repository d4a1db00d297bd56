import {constants} from 'node:fs';
import {access, realpath, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {codeOf} from '../../errors.js';
import {readConfigBytes} from '../config/config-text.js';
import {type ConfigFiles, readConfigFiles} from '../config/read-config-files.js';
import {configFileError} from './config-file-error.js';
import {InitError} from './init-error.js';

/** A configuration file as it is, to which a task is to be added. */
export interface ConfigDraft {
  /** As it was named. */
  readonly file: string;
  /** Where it really is. */
  readonly path: string;
  /** Undefined where there is none yet. */
  readonly existing: ExistingConfig | undefined;
}

export interface ExistingConfig {
  readonly bytes: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly files: ConfigFiles;
}

/**
 * Reads the configuration to which a task is to be added, if there is one, and makes sure that it can be written.
 *
 * @throws ConfigError for one that is faulty; InitError 'config-file'.
 */
export async function openConfigDraft(file: string): Promise<ConfigDraft> {
  const found = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw configFileError(`cannot look at ${file}`, error);
  });
  if (found === undefined) {
    await requireWritableFolder(file, dirname(file));
    const folder = await realpath(dirname(file));
    return {file, path: join(folder, basename(file)), existing: undefined};
  }
  if (!found.isFile()) {
    throw new InitError('config-file', `${file} is no file`, {hint: 'name a file with --config'});
  }
  const path = await realpath(file);
  await requireWritableFolder(file, dirname(path));
  const {mode, uid, gid} = found;
  const existing = {
    bytes: await readConfigBytes(file),
    mode: mode & 0o7777,
    uid,
    gid,
    files: await readConfigFiles(file),
  };
  return {file, path, existing};
}

async function requireWritableFolder(file: string, folder: string): Promise<void> {
  await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw configFileError(`cannot write ${file}`, error);
  });
}
