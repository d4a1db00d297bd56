import {constants} from 'node:fs';
import {type FileHandle, open, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {codeOf, ExpectedError} from '../../errors.js';
import {tryLockFile} from '../../file-lock.js';
import {openStateFolder, StateDirError, syncFolder} from '../../state-folder.js';
import {OWN_WRITES} from '../../write-gate.js';
import {HISTORY_FOLDER, historyPath} from './history-places.js';
import {firstLineOf, isDueForRotation, rotateHistory} from './rotate-history.js';
import {formatRecordLine} from './record-line.js';
import type {RunRecord} from './run-record.js';

const LOCK_FILE = 'lock';

/** Whoever else writes needs a moment only. */
const LONGEST_WAIT_MS = 10_000;

const {O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR} = constants;
const LINE_FEED = 0x0a;

interface Surroundings {
  readonly now: () => number;
  readonly longestWaitMs: number;
}

/**
 * Remembers one record of a task. It is on the medium when this returns; a crash or a full disk leaves at most a torn
 * last line, which the next record closes. Any number of processes may do this at once.
 *
 * @throws StateDirError, FileLockError; it is not remembered then.
 */
export async function appendRecord(
  stateDir: string,
  taskId: string,
  record: RunRecord,
  {now, longestWaitMs}: Surroundings = {now: Date.now, longestWaitMs: LONGEST_WAIT_MS},
): Promise<void> {
  const folder = await openStateFolder(stateDir, HISTORY_FOLDER);
  const path = historyPath(folder, taskId);
  await OWN_WRITES.pass(() => appendUnderLock(folder, path, record, {now, longestWaitMs}));
}

async function appendUnderLock(
  folder: string,
  path: string,
  record: RunRecord,
  {now, longestWaitMs}: Surroundings,
): Promise<void> {
  try {
    await using lock = await open(join(folder, LOCK_FILE), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    if (!(await tryLockFile(lock, {waitMs: longestWaitMs}))) {
      throw new StateDirError('state-dir', `${join(folder, LOCK_FILE)} was locked by somebody else for too long`);
    }
    if (await isDueForRotation(path, now())) await rotateHistory(path, now());
    await appendLine(path, formatRecordLine(record), now());
  } catch (error) {
    throw error instanceof ExpectedError ? error : StateDirError.from(`cannot write the run record ${path}`, error);
  }
}

async function appendLine(path: string, line: string, nowMs: number): Promise<void> {
  const isNew = await isMissing(path);
  await using file = await open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  const {size} = await file.stat();
  const before = size === 0 ? firstLineOf(nowMs) : (await endsWithinLine(file, size)) ? '\n' : '';
  try {
    // One write, but for a disk that takes a part of it; the rest is tried, to hear why.
    await file.appendFile(before + line);
    await file.datasync();
  } catch (error) {
    // Nobody has anything of half a line. Where it stays all the same, the next record closes it.
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
  if (isNew) await syncFolder(dirname(path));
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/** Whoever wrote the last line was interrupted. */
async function endsWithinLine(file: FileHandle, size: number): Promise<boolean> {
  const {buffer} = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== LINE_FEED;
}
