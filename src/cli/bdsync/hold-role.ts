import {once} from 'node:events';
import {messageOf} from '../../errors.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {holdTarget, type TargetHold} from '../../bdsync/device/target-hold.js';
import {statusOfError} from './exit-status.js';
import type {HoldInvocation} from './invocation.js';
import type {Notices} from './notices.js';
import type {RoleContext} from './role-context.js';

/** The line on standard input that says that the target is complete. */
const COMPLETE = /^complete$/m;
/** Nobody has more to say. */
const MAX_INPUT_CHARACTERS = 1000;

/**
 * Holds a target until standard input ends, and tells about it in one line of JSON on standard output:
 * `{"state":"held","facts":{…},"mark":…}` or `{"state":"refused","code":…,"message":…}`. The line `complete` on standard
 * input takes the target's mark away. Returns the status to end with.
 */
export async function runHold(invocation: HoldInvocation, {notices, signal}: RoleContext): Promise<number> {
  const inputEnd = new AbortController();
  let input = '';
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    input = (input + text).slice(0, MAX_INPUT_CHARACTERS);
  });
  process.stdin.on('end', () => inputEnd.abort());
  for (const stream of [process.stdin, process.stdout]) stream.on('error', () => inputEnd.abort());

  const over = AbortSignal.any([signal, inputEnd.signal]);
  // A short try gets its answer, also when nothing is to be held: standard input may be /dev/null.
  const patience = invocation.waitMs > 0 ? over : signal;
  try {
    const isShared = invocation.holder !== undefined;
    await using hold = await holdTarget(invocation.path, {...invocation, isShared, signal: patience});
    await keep(hold, over);
    if (COMPLETE.test(input)) await clearMark(hold, notices);
  } catch (error) {
    if (!(error instanceof BdsyncError)) throw error;
    if (error.code === 'cancelled') return 0;
    await tell({state: 'refused', code: error.code, message: error.message});
    return statusOfError(error);
  }
  return 0;
}

async function keep(hold: TargetHold, over: AbortSignal): Promise<void> {
  await tell({state: 'held', facts: hold.facts, mark: hold.mark ?? null});
  if (!over.aborted) await once(over, 'abort');
}

async function clearMark(hold: TargetHold, notices: Notices): Promise<void> {
  try {
    await hold.clearMark();
  } catch (error) {
    notices.line(`Warning: the target is complete, but stays marked as incomplete: ${messageOf(error)}`);
  }
}

function tell(answer: object): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`, () => resolve());
  });
}
