import {constants} from 'node:fs';
import {open, unlink, type FileHandle} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {codeOf} from '../../errors.js';
import {FileLockError, tryLockFile} from '../../file-lock.js';
import {isFileAt} from '../../is-file-at.js';
import {openStateFolder, StateDirError} from '../../state-folder.js';
import {userName} from '../../user-name.js';
import {OWN_WRITES} from '../../write-gate.js';
import {TaskError} from '../task-error.js';

/** In the state folder. */
export const LOCKS_FOLDER = 'locks';

/** Longer than any wait; a signal ends it earlier. */
const WAIT_FOR_EVER_MS = 2 ** 31 - 1;

/** Longer than anybody takes for `findLockHolder`. */
const LOOK_MS = 500;

interface LockRequest {
  readonly stateDir: string;
  readonly taskId: string;
  readonly task: string;
  /** Wait for the other run to end instead of failing. */
  readonly wait: boolean;
  /** Told once, before the wait, who holds it: `pid 4711 of root on …`; empty when that run did not say. */
  readonly onWait?: (holder: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Lets one run of a task go on at a time on this machine: an exclusive flock(2) on a file of the state folder, which
 * the kernel releases with the process, however it ends. What the file says counts only while it is locked, and only
 * who has the lock removes it.
 */
export async function lockTask(request: LockRequest): Promise<AsyncDisposable> {
  const {stateDir, taskId, signal} = request;
  const path = join(await openStateFolder(stateDir, LOCKS_FOLDER, {signal}), `${taskId}.lock`);
  for (;;) {
    const handle = await openLockFile(path, signal);
    try {
      if (!(await tryLockFile(handle, {signal}))) await waitForLock(handle, request);
      if (await isFileAt(path, handle)) {
        await noteHolder(handle, signal);
        return {[Symbol.asyncDispose]: () => release(path, handle)};
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    // Whoever had the lock removed the file before we got it: the next run would lock another one.
    await handle.close();
  }
}

/**
 * Who runs a task, in the words of `LockRequest.onWait`; undefined when nobody does. Leaves the lock alone but for the
 * moment of the look.
 *
 * @throws StateDirError
 */
export async function findLockHolder(stateDir: string, taskId: string): Promise<string | undefined> {
  const path = join(stateDir, LOCKS_FOLDER, `${taskId}.lock`);
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return (await tryLockFile(handle, {shared: true})) ? undefined : (await handle.readFile('utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error instanceof FileLockError ? error : StateDirError.from(`cannot open the lock file ${path}`, error);
  }
}

/**
 * While the lock is still ours. A file that cannot be removed does no harm. Where somebody has removed ours, the one that
 * is there is another run's.
 */
async function release(path: string, handle: FileHandle): Promise<void> {
  await OWN_WRITES.pass(async () => {
    if (await isFileAt(path, handle)) await unlink(path);
  }).catch(() => undefined);
  await handle.close();
}

async function waitForLock(handle: FileHandle, {task, wait, onWait, signal}: LockRequest): Promise<void> {
  const holder = (await handle.readFile('utf8')).trim();
  // Somebody who only looks whether the task runs is gone at once.
  if (await tryLockFile(handle, {waitMs: LOOK_MS, signal})) return;
  if (wait) {
    onWait?.(holder);
    if (await tryLockFile(handle, {waitMs: WAIT_FOR_EVER_MS, signal})) return;
  }
  throw new TaskError('task-locked', `task ${task} is already running${holder && `: ${holder}`}`, {
    hint: 'wait for it with --wait, or end that run',
  });
}

async function openLockFile(path: string, signal: AbortSignal): Promise<FileHandle> {
  const {O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR} = constants;
  try {
    return await OWN_WRITES.pass(() => open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600), {signal});
  } catch (error) {
    throw StateDirError.from(`cannot open the lock file ${path}`, error);
  }
}

/** The note only explains: a full disk must not keep the task from running. */
async function noteHolder(handle: FileHandle, signal: AbortSignal): Promise<void> {
  const holder = `pid ${process.pid} of ${userName()} on ${hostname()} since ${new Date().toISOString()}\n`;
  try {
    await OWN_WRITES.pass(
      async () => {
        await handle.truncate(0);
        await handle.writeFile(holder);
      },
      {signal},
    );
  } catch {
    // Then others are told that somebody holds it, and not who.
  }
}
