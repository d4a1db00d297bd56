import {spawn} from 'node:child_process';
import type {FileHandle} from 'node:fs/promises';
import {codeOf, ExpectedError, messageOf} from './errors.js';
import {signalChild} from './signal-child.js';

/** Taking a lock was not possible at all; that somebody else has it is no error. */
export class FileLockError extends ExpectedError<'flock-missing' | 'flock-failed'> {}

export interface FileLockOptions {
  /** A lock that others can share, instead of an exclusive one. */
  readonly shared?: boolean;
  /** How long to wait for whoever holds it; without it, one try. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

const STATUS_HELD_BY_ANOTHER = 75;
/** Where the child finds the inherited descriptor. */
const LOCK_DESCRIPTOR = 3;

/**
 * Takes a flock(2) lock on an open file; false when somebody else holds it (and did to the end of `waitMs`). The lock
 * belongs to the open file, so the kernel releases it when `handle` is closed or the process is gone, however it went.
 *
 * Node cannot lock; util-linux's `flock` does it on the descriptor that it inherits. The lock outlives that child.
 *
 * @throws FileLockError when `flock` is missing or refuses; the reason of `signal` when it aborts.
 */
export async function tryLockFile(handle: FileHandle, options: FileLockOptions = {}): Promise<boolean> {
  const {shared = false, waitMs = 0, signal} = options;
  const waiting = waitMs > 0 ? ['--timeout', (waitMs / 1000).toFixed(3)] : ['--nonblock'];
  const kind = shared ? '--shared' : '--exclusive';
  const words = [kind, ...waiting, '--conflict-exit-code', String(STATUS_HELD_BY_ANOTHER), String(LOCK_DESCRIPTOR)];
  signal?.throwIfAborted();
  const {status, complaint} = await runFlock(words, handle.fd, signal);
  signal?.throwIfAborted();
  if (status === 0) return true;
  if (status === STATUS_HELD_BY_ANOTHER) return false;
  throw new FileLockError('flock-failed', `flock failed with status ${status ?? 'none'}: ${complaint.trim()}`);
}

function runFlock(
  words: readonly string[],
  descriptor: number,
  signal: AbortSignal | undefined,
): Promise<{status: number | null; complaint: string}> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', words, {stdio: ['ignore', 'ignore', 'pipe', descriptor]});
    const stop = (): void => signalChild(child, 'SIGTERM');
    signal?.addEventListener('abort', stop, {once: true});
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 1000);
    });
    child.once('error', (error) => {
      signal?.removeEventListener('abort', stop);
      reject(lockProgramError(error));
    });
    child.once('close', (status) => {
      signal?.removeEventListener('abort', stop);
      resolve({status, complaint});
    });
  });
}

function lockProgramError(error: Error): FileLockError {
  if (codeOf(error) !== 'ENOENT') {
    return new FileLockError('flock-failed', `cannot start flock: ${messageOf(error)}`, {cause: error});
  }
  const hint = 'it is part of util-linux';
  return new FileLockError('flock-missing', 'the program flock is not installed', {hint, cause: error});
}
