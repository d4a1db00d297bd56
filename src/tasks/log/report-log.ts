import {defaultStateDir} from '../../state-dir.js';
import type {Configuration} from '../config/configuration.js';
import {findHistories, type TaskHistory} from '../history/find-histories.js';
import {whereLooked} from '../history/where-looked.js';
import type {PastRun} from '../history/past-runs.js';
import {selectTasks} from '../select.js';
import {COMMAND_LINE_ORIGIN, configOrigin} from '../state/task-id.js';
import type {LoggedOutcome, LoggedRun, LogReport} from './log-report.js';

export interface LogRequest {
  /** Undefined for what `sync` did, of which the usual state folder knows. */
  readonly configuration: Configuration | undefined;
  /** Tasks, and sections of many volumes; empty: all. */
  readonly names: readonly string[];
  /** Only what began then or later, in milliseconds since the epoch. */
  readonly sinceMs: number | undefined;
  /** Only what was no success. */
  readonly failedOnly: boolean;
  /** So many of the newest; all of them when undefined. */
  readonly limit: number | undefined;
}

/**
 * Tells of past runs, those of tasks that are not in the configuration any more included.
 *
 * @throws TaskError 'unknown-task' for a name that neither the configuration nor a record has; StateDirError.
 */
export async function reportLog(request: LogRequest): Promise<LogReport> {
  const {configuration, names, sinceMs, failedOnly, limit} = request;
  const origin = configuration === undefined ? COMMAND_LINE_ORIGIN : await configOrigin(configuration.file);
  const histories: TaskHistory[] = [];
  for (const stateDir of stateDirsOf(configuration)) histories.push(...(await findHistories(stateDir, origin)));
  if (configuration !== undefined) {
    selectTasks(
      configuration,
      names.filter((name) => !histories.some(({task}) => isMeant(name, task))),
    );
  }
  const meant = histories.filter(({task}) => names.length === 0 || names.some((name) => isMeant(name, task)));
  const runs = meant
    .flatMap((history) => history.runs.map(loggedRun))
    .filter((run) => sinceMs === undefined || beginOf(run) >= sinceMs)
    .filter(({outcome}) => !failedOnly || !GOOD.has(outcome))
    .toSorted((one, other) => beginOf(one) - beginOf(other));
  const shown = limit === undefined ? runs : runs.slice(Math.max(runs.length - limit, 0));
  const remarks = histories.length > 0 ? [] : await whereLooked(stateDirsOf(configuration));
  return {
    remarks,
    configFile: configuration?.file,
    runs: shown,
    olderRuns: runs.length - shown.length,
    strangeLines: meant.reduce((sum, {strangeLines}) => sum + strangeLines, 0),
  };
}

const GOOD: ReadonlySet<LoggedOutcome> = new Set(['synced', 'verified', 'recovered', 'under-way']);

/** All that this configuration has, and the usual one, where its tasks may have been before. */
function stateDirsOf(configuration: Configuration | undefined): string[] {
  const configured = (configuration?.tasks ?? []).map((task) =>
    task.state === 'invalid' ? task.stateDir : task.config.stateDir,
  );
  return [...new Set([...configured, defaultStateDir()])].filter((stateDir) => stateDir !== undefined);
}

/** A section stands for its volumes. */
function isMeant(name: string, task: string): boolean {
  return task === name || task.startsWith(`${name}/`);
}

function loggedRun(past: PastRun): LoggedRun {
  const {run, task, purpose, version, startedAt} = past.record;
  const base = {run, task, purpose, version, startedAt};
  if (past.state === 'ended') {
    const {endedAt, durationMs, outcome, figures, verification, failure, notes} = past.record;
    return {...base, outcome, endedAt, durationMs, figures, verification, failure, notes};
  }
  const nothing = {endedAt: undefined, durationMs: undefined, figures: undefined, verification: undefined};
  return {...base, ...nothing, outcome: past.state, failure: undefined, notes: []};
}

function beginOf({startedAt, endedAt}: LoggedRun): number {
  return Date.parse(startedAt ?? endedAt ?? '');
}
