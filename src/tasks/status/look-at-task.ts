import {codeOf, ExpectedError} from '../../errors.js';
import {formatLocalTime} from '../../local-time.js';
import type {HistoryCache} from '../history/history-cache.js';
import {type PastRun, pastRuns} from '../history/past-runs.js';
import {readHistory} from '../history/read-history.js';
import {recordedEnds} from '../history/recorded-ends.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import {stateDirOf} from '../sets/state-dir-of.js';
import {planTask} from '../plan.js';
import type {GoneTask} from '../recovery/find-gone-tasks.js';
import {inheritedRecords} from '../recovery/inherited-records.js';
import {leftoverName} from '../recovery/leftover-name.js';
import {givenUpText, isUnfinished, type UnfinishedWork, workOf} from '../recovery/unfinished-work.js';
import type {ApplicationRecord, IncompleteRecord, Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {findLockHolder} from '../state/run-lock.js';
import {taskId} from '../state/task-id.js';
import type {KnownOfTask} from './known-of-task.js';
import type {StatusProblem} from './status-report.js';

interface LookOptions {
  /** Tasks that the configuration does not have any more. */
  readonly gone?: readonly GoneTask[];
  readonly histories?: Pick<HistoryCache, 'read'>;
}

/** Gathers what this machine knows of a task; what cannot be read is a fault that is told with it. */
export async function lookAtTask(
  {task, section}: ExpandedTask,
  origin: string,
  {gone = [], histories = {read: readHistory}}: LookOptions = {},
): Promise<KnownOfTask> {
  const {name} = task;
  const base = {
    task: name,
    disabled: isDisabled(task),
    warnAfterMs: task.state === 'valid' ? task.config.warnAfterMs : undefined,
    critAfterMs: task.state === 'valid' ? task.config.critAfterMs : undefined,
    ends: task.state === 'valid' ? recordedEnds(task.config) : undefined,
  };
  const faults = faultsOf(task);
  const stateDir = stateDirOf(task);
  if (stateDir === undefined) return {...base, faults, runs: undefined, unfinished: [], leftOver: []};
  try {
    const runs = await runsOf(histories, stateDir, taskId(name, origin));
    const ofSection = section === undefined ? [] : await runsOf(histories, stateDir, taskId(section, origin));
    const left = await Leftovers.peek(stateDir, taskId(name, origin));
    const inherited = task.state === 'valid' ? inheritedRecords(planTask(task.config), gone) : [];
    const works = [...left.filter(isUnfinished), ...inherited].map(workOf);
    return {
      ...base,
      faults,
      runs: withRunOfSection(runs, ofSection),
      unfinished: works.filter(({kind}) => kind !== 'given-up').map((work) => incompleteText(work, base.disabled)),
      leftOver: [
        ...works.filter(({kind}) => kind === 'given-up').map(givenUpText),
        ...left.flatMap((record) => (isUnfinished(record) ? [] : [leftOverText(record, base.disabled)])),
      ],
    };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    // That this user may not read it is no matter of one task: the report tells once what to do.
    const isForeign = codeOf(error.cause) === 'EACCES';
    const text = error.hint === undefined || isForeign ? error.message : `${error.message} (${error.hint})`;
    const fault: StatusProblem = {
      kind: 'unreadable',
      level: 'unknown',
      text: `what is known of it cannot be read: ${text}`,
    };
    return {...base, faults: [...faults, fault], runs: undefined, unfinished: [], leftOver: []};
  }
}

async function runsOf(
  histories: Pick<HistoryCache, 'read'>,
  stateDir: string,
  id: string,
): Promise<readonly PastRun[]> {
  const {records} = await histories.read(stateDir, id);
  const isLocked = (await findLockHolder(stateDir, id)) !== undefined;
  return pastRuns(records, isLocked);
}

/** Where the volumes of a section could not even be told, that was the last run of each of them. */
function withRunOfSection(runs: readonly PastRun[], ofSection: readonly PastRun[]): readonly PastRun[] {
  const last = ofSection.at(-1);
  const isLater = last !== undefined && momentOf(last) > Math.max(0, ...runs.slice(-1).map(momentOf));
  return isLater ? [...runs, last] : runs;
}

function momentOf({record}: PastRun): number {
  return Date.parse((record.kind === 'ended' ? record.endedAt : undefined) ?? record.startedAt ?? '');
}

function isDisabled(task: ExpandedTask['task']): boolean {
  if (task.state === 'valid') return task.config.disabled;
  return task.state === 'invalid' && task.disabled;
}

function faultsOf(task: ExpandedTask['task']): StatusProblem[] {
  switch (task.state) {
    case 'valid':
      return [];
    case 'invalid':
      return task.errors.map(({message}) => ({kind: 'configuration', level: 'critical', text: message}));
    case 'unusable':
      return [{kind: 'configuration', level: 'critical', text: task.error.message}];
    default:
      return task satisfies never;
  }
}

function incompleteText({kind, host, target, since}: UnfinishedWork, isDisabled: boolean): string {
  const remedy =
    kind === 'sealed' ? `${nextRun(isDisabled)}, or 'recover', finishes it` : `${nextRun(isDisabled)} completes it`;
  return `${target} on ${host} is incomplete since ${formatLocalTime(since)}: ${remedy}`;
}

function leftOverText(record: Exclude<Leftover, ApplicationRecord | IncompleteRecord>, isDisabled: boolean): string {
  const name = leftoverName(record);
  return record.kind === 'file' ? `${name}, which ${nextRun(isDisabled)} removes` : name;
}

function nextRun(isDisabled: boolean): string {
  return isDisabled ? 'the first run after it is enabled again' : 'the next run';
}
