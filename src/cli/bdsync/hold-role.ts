import {once} from 'node:events';
import {BdsyncError} from '../../bdsync/errors.js';
import {holdTarget, type TargetHold} from '../../bdsync/device/target-hold.js';
import {statusOfError} from './exit-status.js';
import type {HoldInvocation} from './invocation.js';
import type {RoleContext} from './role-context.js';

/**
 * Holds a target until standard input ends, and tells about it in one line of JSON on standard output:
 * `{"state":"held","facts":{…}}` or `{"state":"refused","code":…,"message":…}`. Returns the status to end with.
 */
export async function runHold(invocation: HoldInvocation, {signal}: RoleContext): Promise<number> {
  const inputEnd = new AbortController();
  process.stdin.on('end', () => inputEnd.abort());
  for (const stream of [process.stdin, process.stdout]) stream.on('error', () => inputEnd.abort());
  process.stdin.resume();

  const over = AbortSignal.any([signal, inputEnd.signal]);
  // A short try gets its answer, also when nothing is to be held: standard input may be /dev/null.
  const patience = invocation.waitMs > 0 ? over : signal;
  try {
    await using hold = await holdTarget(invocation.path, {...invocation, signal: patience});
    await keep(hold, over);
  } catch (error) {
    if (!(error instanceof BdsyncError)) throw error;
    if (error.code === 'cancelled') return 0;
    await tell({state: 'refused', code: error.code, message: error.message});
    return statusOfError(error);
  }
  return 0;
}

async function keep(hold: TargetHold, over: AbortSignal): Promise<void> {
  await tell({state: 'held', facts: hold.facts});
  if (!over.aborted) await once(over, 'abort');
}

function tell(answer: object): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`, () => resolve());
  });
}
