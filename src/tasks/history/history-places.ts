import {join} from 'node:path';

/** In the state folder: a file `TASK.jsonl` for each task, the one before it as `TASK.jsonl.old`, and one lock for all. */
export const HISTORY_FOLDER = 'history';

export function historyPath(folder: string, taskId: string): string {
  return join(folder, `${taskId}.jsonl`);
}
