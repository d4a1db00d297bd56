import {mkdir, open, type FileHandle} from 'node:fs/promises';
import {hostname, userInfo} from 'node:os';
import {join} from 'node:path';
import {messageOf} from '../../errors.js';
import {tryLockFile} from '../../file-lock.js';
import {TaskError} from '../task-error.js';

/** Longer than any wait; a signal ends it earlier. */
const WAIT_FOR_EVER_MS = 2 ** 31 - 1;

interface LockRequest {
  readonly stateDir: string;
  readonly taskId: string;
  readonly task: string;
  /** Wait for the other run to end instead of failing. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

/**
 * Lets one run of a task go on at a time on this machine: an exclusive flock(2) on a file of the state folder, which
 * the kernel releases with the process, however it ends. The file stays; what it says counts only while it is locked.
 */
export async function lockTask(request: LockRequest): Promise<AsyncDisposable> {
  const handle = await openLockFile(request);
  try {
    const waitMs = request.wait ? WAIT_FOR_EVER_MS : 0;
    if (!(await tryLockFile(handle, {waitMs, signal: request.signal}))) {
      const holder = (await handle.readFile('utf8')).trim();
      throw new TaskError('task-locked', `task ${request.task} is already running${holder && `: ${holder}`}`, {
        hint: 'wait for it with --wait, or end that run',
      });
    }
    await noteHolder(handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {[Symbol.asyncDispose]: () => handle.close()};
}

async function openLockFile({stateDir, taskId}: LockRequest): Promise<FileHandle> {
  const folder = join(stateDir, 'locks');
  try {
    await mkdir(folder, {recursive: true, mode: 0o700});
    return await open(join(folder, `${taskId}.lock`), 'a+', 0o600);
  } catch (error) {
    throw new TaskError('state-dir', `cannot use the state folder ${stateDir}: ${messageOf(error)}`, {
      cause: error,
      hint: 'name a folder that you may write with the key state_dir',
    });
  }
}

async function noteHolder(handle: FileHandle): Promise<void> {
  await handle.truncate(0);
  const holder = `pid ${process.pid} of ${userInfo().username} on ${hostname()} since ${new Date().toISOString()}\n`;
  await handle.write(holder);
}
