import type {PastRun} from '../history/past-runs.js';
import {formatLocalTime} from '../../local-time.js';
import {formatAge} from '../../units.js';
import {changedEnds} from './changed-ends.js';
import type {KnownOfTask} from './known-of-task.js';
import {gravity} from './level.js';
import type {StatusProblem, TaskStatus} from './status-report.js';

type Facts = Omit<TaskStatus, 'level' | 'problems'>;

/** What is wrong with an enabled task, the gravest first. */
export function findProblems(facts: Facts, known: KnownOfTask): StatusProblem[] {
  const {faults, runs, ends, unfinished} = known;
  const left = findLeft(facts, known);
  // What is noted of an incomplete target says since when.
  const tells = (problem: StatusProblem): boolean => problem.kind !== 'incomplete' || unfinished.length === 0;
  const changed = changeProblems(runs ?? [], ends);
  const ofAge =
    runs === undefined || (changed.length > 0 && facts.lastSuccess === undefined) ? [] : ageProblems(facts, runs);
  const ofRuns = [...runProblems(runs ?? []).filter(tells), ...changed, ...ofAge];
  return [...faults, ...left, ...ofRuns].toSorted((one, other) => gravity(other.level) - gravity(one.level));
}

/** What interrupted runs left, the gravest first: no less so where the task is disabled, and no run of it comes. */
export function findLeft({underWaySince}: Facts, {unfinished, leftOver}: KnownOfTask): StatusProblem[] {
  // Of a run that is under way, these are no leftovers, and the target may well be between old and new.
  return underWaySince === undefined ? [...unfinished.map(incomplete), ...leftOver.map(leftOverProblem)] : [];
}

function incomplete(text: string): StatusProblem {
  return {kind: 'incomplete', level: 'critical', text};
}

function leftOverProblem(what: string): StatusProblem {
  return {kind: 'left-over', level: 'warning', text: `left over by an interrupted run: ${what}`};
}

/** Of the last run, and of a comparison after it: a good one of these does not make up for a bad one of the others. */
function runProblems(runs: readonly PastRun[]): StatusProblem[] {
  const done = runs.filter(({state}) => state !== 'under-way');
  const lastRunAt = done.findLastIndex(({record}) => record.purpose === 'run');
  const lastVerifyAt = done.findLastIndex(({record}) => record.purpose === 'verify');
  const counted = [done[lastRunAt], lastVerifyAt > lastRunAt ? done[lastVerifyAt] : undefined];
  const settled = isSettled(done.slice(lastRunAt + 1));
  return counted.flatMap((past) => (past === undefined ? [] : problemsOf(past, settled)));
}

/** `recover` has finished or undone all that the run before had begun. */
function isSettled(later: readonly PastRun[]): boolean {
  const last = later.findLast(({record}) => record.purpose === 'recover');
  return last?.state === 'ended' && last.record.outcome === 'recovered';
}

function problemsOf(past: PastRun, settled: boolean): StatusProblem[] {
  const what = past.record.purpose === 'verify' ? 'the last verification' : 'the last run';
  if (past.state !== 'ended') {
    const caveat = past.record.purpose === 'verify' || settled ? '' : '; the target may be partly written';
    const text = `${what}, begun at ${formatLocalTime(past.record.startedAt)}, did not end: it was killed, the machine went down, or its end could not be written down${caveat}`;
    return [{kind: 'did-not-end', level: 'critical', text}];
  }
  const {outcome, failure} = past.record;
  const endedAt = formatLocalTime(past.record.endedAt);
  const why =
    failure === undefined
      ? ''
      : `: ${failure.stage === undefined ? '' : `${failure.stage}: `}${failure.message} (${failure.code})`;
  const left: StatusProblem[] =
    failure?.target?.state === 'partly-written' && !settled
      ? [incomplete(`${failure.target.path} on ${failure.target.host} may be partly written`)]
      : [];
  switch (outcome) {
    case 'synced':
    case 'verified':
    case 'recovered':
      return [];
    case 'failed':
      return [{kind: 'failed', level: 'critical', text: `${what} failed at ${endedAt}${why}`}, ...left];
    case 'cancelled':
      return [{kind: 'cancelled', level: 'warning', text: `${what} was cancelled at ${endedAt}`}, ...left];
    case 'skipped':
      return [{kind: 'cancelled', level: 'warning', text: `${what} was cancelled at ${endedAt}, before it began`}];
    case 'unknown':
      return [
        {
          kind: 'failed',
          level: 'critical',
          text: `${what} ended at ${endedAt} in a way that this version does not know`,
        },
      ];
    default:
      return outcome satisfies never;
  }
}

/** The last success was one of another source, or of another target. */
function changeProblems(runs: readonly PastRun[], ends: KnownOfTask['ends']): StatusProblem[] {
  const last = runs.findLast((past) => past.state === 'ended' && past.record.outcome === 'synced');
  const what = last && changedEnds(last.record, ends);
  return what === undefined ? [] : [{kind: 'changed', level: 'warning', text: `${what} before`}];
}

function ageProblems(facts: Facts, runs: readonly PastRun[]): StatusProblem[] {
  const {lastSuccess, warnAfterMs, critAfterMs, underWaySince} = facts;
  if (lastSuccess === undefined) {
    if (underWaySince !== undefined && runs.every(({state}) => state === 'under-way')) return [];
    const text =
      runs.length === 0
        ? 'it has never run, as far as is known here'
        : 'it has never succeeded, as far as is known here';
    return [{kind: 'never-run', level: 'warning', text}];
  }
  const {ageMs, endedAt} = lastSuccess;
  if (ageMs === undefined) {
    const text = `the last success is told to be at ${formatLocalTime(endedAt)}, which is to come: the clock was set, and nobody knows its age`;
    return [{kind: 'clock', level: 'warning', text}];
  }
  const age = `the last success is ${formatAge(ageMs / 1000)} old`;
  if (critAfterMs !== undefined && ageMs > critAfterMs) {
    return [
      {kind: 'overdue', level: 'critical', text: `${age}, more than crit_after (${formatAge(critAfterMs / 1000)})`},
    ];
  }
  if (warnAfterMs !== undefined && ageMs > warnAfterMs) {
    return [
      {kind: 'overdue', level: 'warning', text: `${age}, more than warn_after (${formatAge(warnAfterMs / 1000)})`},
    ];
  }
  return [];
}
