import {constants} from 'node:fs';
import {type FileHandle, lstat, open, unlink} from 'node:fs/promises';
import {codeOf} from '../../errors.js';
import {tryLockFile} from '../../file-lock.js';
import {isFileAt} from '../../is-file-at.js';
import {InitError} from './init-error.js';

const {O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} = constants;
/** It may name passwords. */
const PRIVATE_MODE = 0o600;

/** A file that is ours alone until it has another name, or is disposed of, which removes it. */
export interface FreshFile extends AsyncDisposable {
  readonly handle: FileHandle;
}

/**
 * Makes a new file, always of the same name, so that one that a killed process has left is found by the next, and
 * removed. Who writes one holds its lock; without a lock it was left. `owners` are those that such a file can have.
 *
 * @throws InitError 'config-file' when somebody else writes one, or what is there is not ours; FileLockError.
 */
export async function createFreshFile(path: string, owners: readonly (number | undefined)[]): Promise<FreshFile> {
  let handle = await create(path);
  if (handle === undefined) {
    await removeLeftOver(path, owners);
    handle = await create(path);
  }
  if (handle === undefined) throw busy(path);
  try {
    // Until it is locked, others take it for one that was left.
    if (!(await tryLockFile(handle)) || !(await isFileAt(path, handle))) throw busy(path);
  } catch (error) {
    await removeAndClose(path, handle);
    throw error;
  }
  return {handle, [Symbol.asyncDispose]: () => removeAndClose(path, handle)};
}

/** Undefined where something is there. */
async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, PRIVATE_MODE);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

async function removeLeftOver(path: string, owners: readonly (number | undefined)[]): Promise<void> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || !owners.includes(found.uid)) {
      throw new InitError('config-file', `${path} is in the way: it is no file that this program has left`, {
        hint: 'see what it is, and remove it',
      });
    }
    await using handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!(await tryLockFile(handle))) throw busy(path);
    if (await isFileAt(path, handle)) await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Under its lock, and only while it has this name: behind another one it stays. */
async function removeAndClose(path: string, handle: FileHandle): Promise<void> {
  try {
    if (await isFileAt(path, handle)) await unlink(path);
  } finally {
    await handle.close();
  }
}

function busy(path: string): InitError {
  return new InitError('config-file', `another process is writing ${path}`, {hint: 'try again when it is done'});
}
