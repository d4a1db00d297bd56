import {setTimeout as sleep} from 'node:timers/promises';
import {ExpectedError, messageOf} from '../errors.js';
import {HostError} from '../hosts/host-error.js';
import {LvmError} from '../lvm/lvm-error.js';
import type {Stage, TaskFailure} from './report.js';
import {TaskError} from './task-error.js';

/** Time for the news of a signal to arrive when a child of the same terminal told its end first. */
const SIGNAL_NEWS_MS = 100;

/**
 * What a report says of an error. When the run was told to stop, that is the failure, whatever broke because of it.
 * A defect, an error that nobody expected, is told with its stack.
 */
export async function failureOf(error: unknown, stage: Stage, signal: AbortSignal): Promise<TaskFailure> {
  if (!signal.aborted) {
    await sleep(SIGNAL_NEWS_MS);
  }
  const cause: unknown = signal.aborted ? signal.reason : error;
  const errorLines =
    cause instanceof TaskError || cause instanceof HostError || cause instanceof LvmError ? cause.errorLines : [];
  if (!(cause instanceof ExpectedError)) {
    const message = cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause);
    return {code: 'unexpected', message, stage, hint: undefined, errorLines, cancelled: false};
  }
  const {code, message, hint} = cause;
  return {code, message, stage, hint, errorLines, cancelled: code === 'cancelled'};
}
