import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {codeOf} from '../../errors.js';
import {FileLockError, tryLockFile} from '../../file-lock.js';
import {isFileAt} from '../../is-file-at.js';
import {cancelledError} from '../cancellation.js';
import {deviceError} from '../device/device-error.js';
import {BdsyncError} from '../errors.js';

/** Of a process that was killed while it took the lock, the program that took it for it lives on for moments. */
const LOCK_PATIENCE_MS = 3000;

/**
 * Opens a stored patch and locks it, until it is closed or the process is gone: nobody else applies it meanwhile.
 *
 * @throws BdsyncError 'patch-unreadable', 'io', 'cancelled', and 'target-locked' when another process works with it.
 */
export async function openPatch(path: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  for (;;) {
    const handle = await openForLock(path);
    try {
      if (!(await handle.stat()).isFile()) throw new BdsyncError('patch-unreadable', `the patch ${path} is no file`);
      await lock(path, handle, signal);
      if (await isFileAt(path, handle)) return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
    // Whoever had the lock has applied it, and it was removed: it is another one that is there now, or none.
    await handle.close();
  }
}

/** A lock on NFS wants the file open for writing. */
async function openForLock(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error) ?? '')) {
      throw deviceError('patch-unreadable', `cannot open the patch ${path}`, error);
    }
  }
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw deviceError('patch-unreadable', `cannot open the patch ${path}`, error);
  }
}

async function lock(path: string, handle: FileHandle, signal: AbortSignal | undefined): Promise<void> {
  try {
    if (await tryLockFile(handle, {waitMs: LOCK_PATIENCE_MS, ...(signal && {signal})})) return;
  } catch (error) {
    if (signal?.aborted) throw cancelledError(error);
    if (!(error instanceof FileLockError)) throw error;
    throw new BdsyncError('io', `cannot lock ${path}: ${error.message}`, {hint: error.hint, cause: error});
  }
  throw new BdsyncError('target-locked', `the patch ${path} is being applied by another process`);
}
