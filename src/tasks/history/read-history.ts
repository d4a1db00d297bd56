import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {codeOf} from '../../errors.js';
import {requireOwnFolder, StateDirError} from '../../state-folder.js';
import {parseRecordLine} from './record-line.js';
import {HISTORY_FOLDER, historyPath} from './history-places.js';
import type {RunRecord} from './run-record.js';

/** Far above the size at which a file is put aside; of what is larger, only its end is read. */
const MAX_READ_BYTES = 8 * 1_048_576;

/** What is remembered of a task, the oldest first. */
export interface RunHistory {
  readonly records: readonly RunRecord[];
  /** Lines that are no records: torn, damaged, or of a kind that a later version writes. */
  readonly strangeLines: number;
}

const NOTHING: RunHistory = {records: [], strangeLines: 0};

/**
 * Reads what is remembered of a task, without a lock and without making anything. That nothing is remembered is no error.
 *
 * @throws StateDirError
 */
export async function readHistory(stateDir: string, taskId: string): Promise<RunHistory> {
  const path = historyPath(join(stateDir, HISTORY_FOLDER), taskId);
  try {
    await requireOwnFolder(stateDir, HISTORY_FOLDER);
    return await readRecordFiles(path);
  } catch (error) {
    if (codeOf(error instanceof StateDirError ? error.cause : error) === 'ENOENT') return NOTHING;
    throw error instanceof StateDirError ? error : StateDirError.from(`cannot read the run records ${path}`, error);
  }
}

/** Both files of a task. */
export async function readRecordFiles(path: string): Promise<RunHistory> {
  // In this order: what is put aside meanwhile is then read twice, and not missed.
  const current = await readLines(path);
  const lines = [...(await readLines(`${path}.old`)), ...current];
  const records = new Map<string, RunRecord>();
  let strangeLines = 0;
  for (const line of lines) {
    const record = parseRecordLine(line);
    if (record === undefined) {
      if (!isFirstLine(line)) strangeLines += 1;
      continue;
    }
    // What went along when the file before was put aside is there twice.
    const key = `${record.kind} ${record.run}`;
    if (!records.has(key)) records.set(key, record);
  }
  return {records: [...records.values()], strangeLines};
}

function isFirstLine(line: string): boolean {
  return line.startsWith('{"kind":"opened"');
}

async function readLines(path: string): Promise<string[]> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const {size} = await file.stat();
    const start = Math.max(size - MAX_READ_BYTES, 0);
    const bytes = Buffer.alloc(size - start);
    let length = 0;
    while (length < bytes.length) {
      const {bytesRead} = await file.read(bytes, length, bytes.length - length, start + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes
      .toString('utf8', 0, length)
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
