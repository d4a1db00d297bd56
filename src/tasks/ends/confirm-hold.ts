import {setTimeout as sleep} from 'node:timers/promises';
import type {Child} from '../../hosts/host.js';
import {isOpen} from '../programs/drain.js';
import {TaskError} from '../task-error.js';

/** The answer takes no work. A connection of which the other end is gone can look alive for hours. */
const ANSWER_TIMEOUT_MS = 30_000;

export interface HoldQuestion {
  /** A bdsync --hold that has told that it confirms; its output flows. */
  readonly child: Pick<Child, 'stdin' | 'stdout'>;
  /** Why it ended, when it does. */
  readonly lost: Promise<TaskError>;
  readonly hostName: string;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Asks a hold whether the target is still held.
 *
 * @throws TaskError 'target-hold-lost' when it is not, or nothing is heard of it; the reason of `signal` when it aborts.
 */
export async function confirmHold(question: HoldQuestion): Promise<void> {
  const {child, lost, hostName, path, signal, timeoutMs = ANSWER_TIMEOUT_MS} = question;
  signal.throwIfAborted();
  const over = new AbortController();
  const answer = heard(child, over.signal);
  if (isOpen(child.stdin)) child.stdin.write('still\n');
  try {
    const failure = await Promise.race([answer, lost, silence(timeoutMs, AbortSignal.any([signal, over.signal]))]);
    signal.throwIfAborted();
    if (failure === 'held') return;
    if (failure !== 'silent') throw failure;
    const seconds = timeoutMs / 1000;
    const message = `bdsync --hold on ${hostName} did not tell within ${seconds} seconds that it still holds ${path}`;
    throw new TaskError('target-hold-lost', message, {
      hint: 'nothing was written; the connection is dead or very slow, or bdsync was ended there (the log of the kernel tells, if memory was short)',
    });
  } finally {
    over.abort();
  }
}

async function heard({stdout}: Pick<Child, 'stdout'>, over: AbortSignal): Promise<'held'> {
  return await new Promise((resolve) => {
    let text = '';
    const take = (chunk: unknown): void => {
      text = (text + String(chunk)).slice(-MAX_ANSWER_CHARACTERS);
      if (/^held\r?$/m.test(text)) resolve('held');
    };
    stdout.on('data', take);
    over.addEventListener('abort', () => void stdout.off('data', take), {once: true});
  });
}

const MAX_ANSWER_CHARACTERS = 1000;

async function silence(timeoutMs: number, signal: AbortSignal): Promise<'silent'> {
  return await sleep(timeoutMs, 'silent' as const, {signal}).catch(() => 'silent' as const);
}
