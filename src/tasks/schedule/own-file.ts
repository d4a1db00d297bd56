import {constants} from 'node:fs';
import {readFile, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {codeOf, messageOf} from '../../errors.js';
import {replaceStateFile} from '../../state-file.js';
import {makeFolder} from '../../state-folder.js';
import {isOwnText} from './own-mark.js';
import {ScheduleError} from './schedule-error.js';

/** A file of a schedule that is to be written. */
export interface OwnFile {
  readonly path: string;
  readonly text: string;
  readonly change: 'new' | 'changed' | 'none';
}

/** Everybody may read how the machine is set up; cron and systemd take no file that others may write. */
const MODE = 0o644;
const FOLDER_MODE = 0o755;

/** Compares with what is there. @throws ScheduleError for a file of somebody else. */
export async function planOwnFile(path: string, text: string): Promise<OwnFile> {
  const there = await readOwnFile(path);
  return {path, text, change: there === undefined ? 'new' : there === text ? 'none' : 'changed'};
}

/** @throws ScheduleError */
export async function writeOwnFile({path, text, change}: OwnFile): Promise<void> {
  if (change === 'none') return;
  try {
    await makeFolder(dirname(path), {mode: FOLDER_MODE});
    await replaceStateFile(path, text, {mode: MODE});
  } catch (error) {
    throw fileError(`cannot write ${path}`, error);
  }
}

/** @throws ScheduleError */
export async function removeOwnFile(path: string): Promise<void> {
  try {
    await rm(path, {force: true});
  } catch (error) {
    throw fileError(`cannot remove ${path}`, error);
  }
}

/** The text of a file that this program wrote; undefined where there is none. @throws ScheduleError for another one. */
export async function readOwnFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, {
      encoding: 'utf8',
      flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'ELOOP') throw foreign(path);
    throw fileError(`cannot read ${path}`, error);
  }
  if (!isOwnText(text)) throw foreign(path);
  return text;
}

function foreign(path: string): ScheduleError {
  return new ScheduleError('schedule-foreign', `${path} was not written by bdsync-manager`, {
    hint: 'it is left alone: remove it yourself, or take another name with --name',
  });
}

function fileError(trouble: string, cause: unknown): ScheduleError {
  const hint = ['EACCES', 'EPERM'].includes(codeOf(cause) ?? '') ? 'only root may do that' : undefined;
  return new ScheduleError('schedule-file', `${trouble}: ${messageOf(cause)}`, {cause, hint});
}
