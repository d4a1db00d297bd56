import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {codeOf} from '../../errors.js';
import {StateDirError} from '../../state-folder.js';
import {findLockHolder} from '../state/run-lock.js';
import {HISTORY_FOLDER} from './history-places.js';
import {type PastRun, pastRuns} from './past-runs.js';
import {readHistory} from './read-history.js';
import {READER_HINT} from './where-looked.js';

/** The past of one task. */
export interface TaskHistory {
  readonly task: string;
  readonly runs: readonly PastRun[];
  /** See RunHistory. */
  readonly strangeLines: number;
}

const SUFFIX = '.jsonl';

/**
 * Every task of one origin of which a state folder has records, those of tasks that are gone from the configuration
 * included.
 *
 * @throws StateDirError
 */
export async function findHistories(stateDir: string, origin: string): Promise<TaskHistory[]> {
  const histories: TaskHistory[] = [];
  for (const id of await taskIds(stateDir)) {
    const {records, strangeLines} = await readHistory(stateDir, id);
    const last = records.at(-1);
    if (last?.origin !== origin) continue;
    const isLocked = (await findLockHolder(stateDir, id)) !== undefined;
    histories.push({task: last.task, runs: pastRuns(records, isLocked), strangeLines});
  }
  return histories;
}

async function taskIds(stateDir: string): Promise<string[]> {
  const folder = join(stateDir, HISTORY_FOLDER);
  try {
    const names = (await readdir(folder)).map((name) => name.replace(/\.old$/, ''));
    return [...new Set(names.filter((name) => name.endsWith(SUFFIX)))]
      .toSorted()
      .map((name) => name.slice(0, -SUFFIX.length));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    const told = StateDirError.from(`cannot read the run records in ${folder}`, error);
    if (codeOf(error) !== 'EACCES') throw told;
    throw new StateDirError('state-dir', told.message, {cause: error, hint: READER_HINT});
  }
}
