import type {PastRun} from '../history/past-runs.js';
import type {EndedRecord} from '../history/run-record.js';
import {changedEnds} from './changed-ends.js';
import {findLeft, findProblems} from './find-problems.js';
import type {KnownOfTask} from './known-of-task.js';
import {gravest} from './level.js';
import type {LastRun, LastSuccess, LastVerified, TaskStatus} from './status-report.js';

/** As many successes are told of. */
const TREND_LENGTH = 12;

/** A clock that is this much behind is no wonder. */
const CLOCK_TOLERANCE_MS = 60_000;

export function judgeTask(all: KnownOfTask, nowMs: number): TaskStatus {
  const known = {...all, runs: all.runs?.filter((past) => !wasTurnedAway(past))};
  const {task, disabled, warnAfterMs, critAfterMs, ends, runs = []} = known;
  const ended = runs
    .flatMap((past) => (past.state === 'ended' ? [past.record] : []))
    .filter((record) => changedEnds(record, ends) === undefined);
  const synced = ended.filter(({outcome}) => outcome === 'synced');
  const status = {
    task,
    disabled,
    underWaySince: runs.findLast(({state}) => state === 'under-way')?.record.startedAt,
    lastSuccess: lastSuccess(synced.at(-1), nowMs),
    lastVerified: lastVerified(ended, nowMs),
    lastRun: lastRun(runs),
    trend: synced.slice(-TREND_LENGTH).flatMap(({figures}) => figures?.differingBytes ?? []),
    warnAfterMs,
    critAfterMs,
  };
  const problems = disabled ? findLeft(status, known) : findProblems(status, known);
  return {...status, level: gravest(problems.map(({level}) => level)), problems};
}

/** Another run had the task's lock: that says nothing of the task, and would hide how the run before it ended. */
function wasTurnedAway(past: PastRun): boolean {
  return past.state === 'ended' && past.record.outcome === 'failed' && past.record.failure?.code === 'task-locked';
}

function lastSuccess(record: EndedRecord | undefined, nowMs: number): LastSuccess | undefined {
  if (record === undefined) return undefined;
  const {endedAt, durationMs, figures} = record;
  const {sourceBytes, differingBytes, sentBytes, receivedBytes} = figures ?? {};
  return {
    endedAt,
    ageMs: ageAt(nowMs, endedAt),
    durationMs: figures?.timesMs?.total ?? durationMs,
    sourceBytes,
    differingBytes,
    sentBytes,
    receivedBytes,
  };
}

/** Also where a run compared at its end. */
function lastVerified(ended: readonly EndedRecord[], nowMs: number): LastVerified | undefined {
  const record = ended.findLast(
    ({outcome, verification}) => outcome === 'verified' || (outcome === 'synced' && verification !== undefined),
  );
  if (record === undefined) return undefined;
  const {endedAt, verification} = record;
  return {endedAt, ageMs: ageAt(nowMs, endedAt), samplePercent: verification?.samplePercent};
}

function ageAt(nowMs: number, endedAt: string): number | undefined {
  const ageMs = nowMs - Date.parse(endedAt);
  return ageMs < -CLOCK_TOLERANCE_MS ? undefined : Math.max(ageMs, 0);
}

/** What is under way says nothing yet. */
function lastRun(runs: readonly PastRun[]): LastRun | undefined {
  const last = runs.findLast(({state, record}) => state !== 'under-way' && record.purpose !== 'recover');
  if (last === undefined || last.state === 'under-way') return undefined;
  const {purpose, startedAt} = last.record;
  if (last.state === 'did-not-end') {
    const nothing = {endedAt: undefined, durationMs: undefined, failure: undefined};
    return {purpose, startedAt, outcome: 'did-not-end', ...nothing};
  }
  const {outcome, endedAt, durationMs, failure} = last.record;
  return {purpose, startedAt, outcome, endedAt, durationMs, failure};
}
