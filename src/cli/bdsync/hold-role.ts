import {once} from 'node:events';
import {messageOf} from '../../errors.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {holdTarget, type TargetHold} from '../../bdsync/device/target-hold.js';
import {statusOfError} from './exit-status.js';
import type {HoldInvocation} from './invocation.js';
import type {Notices} from './notices.js';
import type {RoleContext} from './role-context.js';

/**
 * Holds a target until standard input ends, and tells about it in one line of JSON on standard output:
 * `{"state":"held","facts":{…},"mark":…,"confirms":true}` or `{"state":"refused","code":…,"message":…}`. The line `still`
 * on standard input is answered by `held` as long as the target is, and its path leads there: who asks opens that. When it
 * does not, the hold ends. `complete` takes the target's mark away. Returns the status to end with.
 */
export async function runHold(invocation: HoldInvocation, {notices, signal}: RoleContext): Promise<number> {
  const inputEnd = new AbortController();
  const misplaced = new AbortController();
  let held: TargetHold | undefined;
  let isComplete = false;
  const confirm = async (): Promise<void> => {
    if ((await held?.isInPlace()) === false) misplaced.abort();
    // Only now: who asks goes by it, and a hold that ends does not hold much longer.
    else if (held) process.stdout.write('held\n');
  };
  onEachLine((line) => {
    if (line === 'still') void confirm();
    if (line === 'complete') isComplete = true;
  });
  process.stdin.on('end', () => inputEnd.abort());
  for (const stream of [process.stdin, process.stdout]) stream.on('error', () => inputEnd.abort());

  const over = AbortSignal.any([signal, inputEnd.signal, misplaced.signal]);
  // A short try gets its answer, also when nothing is to be held: standard input may be /dev/null.
  const patience = invocation.waitMs > 0 ? over : signal;
  try {
    const isShared = invocation.holder !== undefined;
    await using hold = await holdTarget(invocation.path, {...invocation, isShared, signal: patience});
    if (!over.aborted) held = hold;
    over.addEventListener('abort', () => (held = undefined));
    await keep(hold, over);
    if (misplaced.signal.aborted) {
      const message = `${invocation.path} was removed or replaced while it was held`;
      notices.line(`bdsync: ${message}`);
      throw new BdsyncError('io', message);
    }
    if (isComplete) await clearMark(hold, notices);
  } catch (error) {
    if (!(error instanceof BdsyncError)) throw error;
    if (error.code === 'cancelled') return 0;
    await tell({state: 'refused', code: error.code, message: error.message});
    return statusOfError(error);
  }
  return 0;
}

/** Nobody has more to say in a line. */
const MAX_LINE_CHARACTERS = 1000;

function onEachLine(take: (line: string) => void): void {
  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
    for (const line of lines) take(line.trim());
  });
}

async function keep(hold: TargetHold, over: AbortSignal): Promise<void> {
  await tell({state: 'held', facts: hold.facts, mark: hold.mark ?? null, confirms: true});
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
