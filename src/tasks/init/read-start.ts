import {type ChildProcessByStdio, spawn} from 'node:child_process';
import type {Readable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {signalChild} from '../../signal-child.js';

/** A disk that has to spin up answers by then. */
const LOOK_TIMEOUT_MS = 15_000;

/**
 * The first bytes of a device; undefined when they cannot be read, `late` when nothing came in time: a path that is
 * dead, a server that is gone.
 *
 * Another process reads. A thread of ours that waits for a dead device cannot be called back, and keeps this program from
 * ending; od can be left behind. It reads through the page cache, where KILL ends the wait.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function readStart(
  path: string,
  bytes: number,
  signal: AbortSignal,
  timeoutMs = LOOK_TIMEOUT_MS,
): Promise<Buffer | 'late' | undefined> {
  signal.throwIfAborted();
  const over = new AbortController();
  const child = spawn('od', ['-An', '-v', '-tx1', `-N${bytes}`, '--', path], {stdio: ['ignore', 'pipe', 'ignore']});
  try {
    const late = sleep(timeoutMs, 'late' as const, {signal: AbortSignal.any([signal, over.signal])});
    return await Promise.race([bytesFrom(child), late]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    leave(child);
  }
}

type Dumping = ChildProcessByStdio<null, Readable, null>;

async function bytesFrom(child: Dumping): Promise<Buffer | undefined> {
  // Without the program, its output ends early.
  child.once('error', () => {});
  let dump = '';
  try {
    for await (const text of child.stdout.setEncoding('latin1')) dump += text;
  } catch {
    return undefined;
  }
  return dump === '' ? undefined : Buffer.from(dump.replaceAll(/\s/g, ''), 'hex');
}

/** The kernel may hold it until the device answers: nobody waits for that. */
function leave(child: Dumping): void {
  signalChild(child, 'SIGKILL');
  child.stdout.destroy();
  child.unref();
}
