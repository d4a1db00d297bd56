import {setTimeout as sleep} from 'node:timers/promises';
import {ExpectedError, messageOf, ProgramError} from '../errors.js';
import {unwrapSuppressed} from '../suppressed-errors.js';
import type {TaskFailure} from './report.js';
import {type RefusedBy, serviceHint} from './service-hint.js';

/** Time for the news of a signal to arrive when a child of the same terminal told its end first. */
const SIGNAL_NEWS_MS = 100;

/**
 * What a report says of an error. When the run was told to stop, that is the failure, whatever broke because of it.
 * A defect, an error that nobody expected, is told with its stack.
 */
export async function failureOf(
  error: unknown,
  at: Pick<TaskFailure, 'stage' | 'target'> & RefusedBy,
  signal: AbortSignal,
): Promise<TaskFailure> {
  if (!signal.aborted) {
    await sleep(SIGNAL_NEWS_MS);
  }
  const {failure, cleanUpFailures} = unwrapSuppressed(error);
  const cause = signal.aborted ? signal.reason : failure;
  const {hint, ...rest} = told(cause);
  const hints = [hint, serviceHint(cause, at)].filter((each) => each !== undefined);
  return {
    ...rest,
    hint: hints.length > 0 ? hints.join('; ') : undefined,
    cleanUpFailures: cleanUpFailures.map(messageOf),
    stage: at.stage,
    target: at.target,
  };
}

function told(cause: unknown): Pick<TaskFailure, 'code' | 'message' | 'hint' | 'errorLines' | 'cancelled'> {
  const errorLines = cause instanceof ProgramError ? cause.errorLines : [];
  if (cause instanceof ExpectedError) {
    const {code, message, hint} = cause;
    return {code, message, hint, errorLines, cancelled: code === 'cancelled'};
  }
  // What an AbortController gives as its reason when it was told none.
  if (cause instanceof Error && cause.name === 'AbortError') {
    return {code: 'cancelled', message: 'the run was told to stop', hint: undefined, errorLines, cancelled: true};
  }
  const message = cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause);
  return {code: 'unexpected', message, hint: undefined, errorLines, cancelled: false};
}
