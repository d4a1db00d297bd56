import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {HISTORY_FOLDER, historyPath} from './history-places.js';
import {readHistory, type RunHistory} from './read-history.js';

/** Reads what is remembered of tasks again and again, each file anew only when it is another one. */
export class HistoryCache {
  readonly #histories = new Map<string, {readonly stamp: string; readonly history: RunHistory}>();

  /** @throws StateDirError */
  async read(stateDir: string, taskId: string): Promise<RunHistory> {
    const path = historyPath(join(stateDir, HISTORY_FOLDER), taskId);
    const stamp = await stampOf(path);
    const known = this.#histories.get(path);
    if (known !== undefined && known.stamp === stamp) return known.history;
    const history = await readHistory(stateDir, taskId);
    if (stamp !== undefined) this.#histories.set(path, {stamp, history});
    return history;
  }
}

/** Other for each content that the file ever has: it only grows, until another one takes its place. */
async function stampOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, {bigint: true}).catch(() => undefined);
  return stats && `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}
