import {randomUUID} from 'node:crypto';
import {constants} from 'node:fs';
import {type FileHandle, open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {codeOf, ExpectedError, messageOf} from '../../errors.js';
import {FileLockError, tryLockFile} from '../../file-lock.js';
import {OWN_WRITES} from '../../write-gate.js';
import {figuresBefore} from './figures-before.js';
import {MetricsError} from './metrics-error.js';

const {O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY} = constants;

/** Whoever collects it is somebody else. */
const MODE = 0o644;

/** Whoever else writes needs a moment only. */
const LONGEST_WAIT_MS = 5000;

/**
 * Puts text into a file that others read at any time: they see the old one or the new one as a whole. `textFrom` gets
 * what is there, so that figures of others can stay; nothing for a link. What is no file of figures is left alone.
 *
 * @throws MetricsError
 */
export async function replaceMetricsFile(
  path: string,
  textFrom: (before: string) => Promise<string>,
  longestWaitMs = LONGEST_WAIT_MS,
): Promise<void> {
  try {
    await using _lock = await lockFolder(dirname(path), longestWaitMs);
    const text = await textFrom(await figuresBefore(path));
    await OWN_WRITES.pass(() => replaceFile(path, text));
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    throw new MetricsError('metrics-file', `cannot write metrics_file: ${messageOf(error)}`, {cause: error});
  }
}

/**
 * Keeps the runs of other configurations from writing meanwhile what they have read before. The folder is locked, as a
 * file of its own would stay there. Whoever can read the folder can lock it: figures are not to wait for that for ever.
 */
async function lockFolder(path: string, waitMs: number): Promise<FileHandle | undefined> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, O_RDONLY);
    await tryLockFile(folder, {waitMs});
    return folder;
  } catch (error) {
    // A folder that we may write to and not read, or a file system without locks.
    if (error instanceof FileLockError || codeOf(error) === 'EACCES') return folder;
    throw error;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  // Not with the ending of the file: collectors look for that.
  const freshPath = `${path}.${randomUUID()}.new`;
  try {
    await using fresh = await open(freshPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
    // Whatever the umask is.
    await fresh.chmod(MODE);
    await fresh.writeFile(text);
    await fresh.datasync();
    await rename(freshPath, path);
  } catch (error) {
    await rm(freshPath, {force: true}).catch(() => undefined);
    throw error;
  }
}
