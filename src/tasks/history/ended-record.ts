import type {TaskReport} from '../report.js';
import type {Verification} from '../verify/verification.js';
import type {EndedRecord, RecordedFailure, RecordedVerification, RunOutcome, StartedRecord} from './run-record.js';

/** A message, a hint or a note is not longer than this in a record: a stack of a defect may be. */
const MAX_TEXT_LENGTH = 1000;
const MAX_NOTES = 20;

/** What is remembered of a report; undefined for what never is: a plan, a task that is disabled. */
export function endedRecord(
  report: TaskReport,
  start: Pick<StartedRecord, 'run' | 'task' | 'origin' | 'purpose' | 'version' | 'source' | 'target'>,
  durationMs: number,
): EndedRecord | undefined {
  const outcome = outcomeOf(report);
  if (outcome === undefined) return undefined;
  const {run, task, origin, purpose, version, source, target} = start;
  return {
    kind: 'ended',
    run,
    task,
    origin,
    purpose,
    version,
    source,
    target,
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    durationMs: Math.round(durationMs),
    outcome,
    figures: report.state === 'synced' ? {...report.figures, timesMs: wholeTimes(report.figures.timesMs)} : undefined,
    verification: report.verification && recordedVerification(report.verification),
    failure: report.state === 'failed' ? recordedFailure(report.failure) : undefined,
    notes: [...(report.state === 'skipped' ? [report.reason] : []), ...report.notes].slice(0, MAX_NOTES).map(bounded),
  };
}

function outcomeOf(report: TaskReport): RunOutcome | undefined {
  switch (report.state) {
    case 'synced':
    case 'verified':
      return report.state;
    case 'failed':
      return report.failure.cancelled ? 'cancelled' : 'failed';
    case 'skipped':
      return report.reason === 'disabled' ? undefined : 'skipped';
    case 'planned':
      return undefined;
    default:
      return report satisfies never;
  }
}

/** Nobody needs fractions of a millisecond next year. */
function wholeTimes<Times extends object>(timesMs: Times): Times {
  return {
    ...timesMs,
    ...Object.fromEntries(
      Object.entries(timesMs).map(([stage, time]) => [
        stage,
        time === undefined ? undefined : Math.round(Number(time)),
      ]),
    ),
  };
}

function recordedVerification(verification: Verification): RecordedVerification {
  const {method, sample, comparedBytes, differingBytes, extentCount, timeMs} = verification;
  return {
    method,
    samplePercent: sample?.percent,
    comparedBytes,
    differingBytes,
    differingExtents: extentCount,
    timeMs: Math.round(timeMs),
  };
}

function recordedFailure({
  code,
  message,
  hint,
  stage,
  target,
}: Extract<TaskReport, {state: 'failed'}>['failure']): RecordedFailure {
  return {code, message: bounded(message), hint: hint && bounded(hint), stage, target};
}

function bounded(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH - 1)}…`;
}
