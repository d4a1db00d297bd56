import {constants, type Stats} from 'node:fs';
import {lstat, open} from 'node:fs/promises';
import {codeOf} from '../../errors.js';
import {MetricsError} from './metrics-error.js';

const {O_NOFOLLOW, O_NONBLOCK, O_RDONLY} = constants;

/** Far above the figures of any number of volumes. */
const MAX_FILE_BYTES = 16 * 1_048_576;

/** Torn or whole, a file of ours begins with such a line. */
const OF_OURS = /^(?:# (?:HELP|TYPE) )?bdsync_manager_/m;

/**
 * The text of the file with figures; empty where there is none yet, or a link, whose place it will take.
 *
 * @throws MetricsError for what is something else, a device or a file of somebody's, which a path that was mistyped names:
 *   to be left alone. What the file system throws.
 */
export async function figuresBefore(path: string): Promise<string> {
  const found = await lookAt(path);
  if (found === undefined || found.isSymbolicLink()) return '';
  if (!found.isFile()) throw leftAlone(path, 'is no file');
  if (found.size > MAX_FILE_BYTES) throw leftAlone(path, NOT_OURS);
  // What took its place meanwhile is not waited for.
  await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const text = await file.readFile('utf8');
  if (text === '' || OF_OURS.test(text)) return text;
  throw leftAlone(path, NOT_OURS);
}

const NOT_OURS = 'has something else than figures of bdsync-manager';

async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function leftAlone(path: string, what: string): MetricsError {
  return new MetricsError('metrics-file', `cannot write metrics_file: ${path} ${what}, and is left alone`);
}
