import type {Teller} from '../task-context.js';
import {failureLines} from './failure-lines.js';
import type {HookOutcome} from './run-hook.js';

/** Tells what a hook wrote: line by line when it ended well, else with the failure. */
export function tellHookOutput(
  {key, failure, lines}: HookOutcome,
  teller: Pick<Teller, 'log'>,
  failureLevel: 'error' | 'warning',
): void {
  if (failure === undefined) for (const line of lines) teller.log('info', `${key}: ${line}`);
  else teller.log(failureLevel, failureLines(failure));
}
