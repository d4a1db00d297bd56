import {setMaxListeners} from 'node:events';
import {packageVersion} from '../version.js';
import type {ConfiguredTask} from './config/configuration.js';
import {HostPool} from './ends/host-pool.js';
import type {OnRunEvent} from './events.js';
import {recordedEnds} from './history/recorded-ends.js';
import {RunRecorder} from './history/run-recorder.js';
import {MetricsWriter} from './metrics/metrics-writer.js';
import {findGoneTasks} from './recovery/find-gone-tasks.js';
import {goneFindings} from './recovery/gone-findings.js';
import {heirs, withoutHeirs} from './recovery/inherited-records.js';
import type {RunReport, TaskReport} from './report.js';
import {Notifier} from './notify/notifier.js';
import {groupClaims} from './parallel/group-claims.js';
import {isParallel} from './parallel/is-parallel.js';
import type {Contender, ParallelLimits} from './parallel/next-to-start.js';
import {runSideBySide} from './parallel/run-side-by-side.js';
import {Turns} from './parallel/turns.js';
import {skippedReport, startOf, type TaskStart} from './task-start.js';
import {type RunGroup, runGroups} from './run-groups.js';
import {runTask} from './run-task.js';
import type {SelectedTask} from './select.js';
import type {TaskRunRequest} from './task-run.js';
import {expandTasks} from './sets/expand-tasks.js';
import type {ExpandedTask} from './sets/expanded-task.js';
import {runTogether} from './sets/run-together.js';
import {stateDirOf} from './sets/state-dir-of.js';
import {COMMAND_LINE_ORIGIN, configOrigin} from './state/task-id.js';

export interface RunOptions {
  readonly tasks: readonly SelectedTask[];
  /** All tasks of the configuration, whichever are run. */
  readonly configured?: readonly ConfiguredTask[];
  /** Undefined for a task that was given on the command line. */
  readonly configFile: string | undefined;
  readonly dryRun: boolean;
  /** Compare only, and all or a sample of it. */
  readonly verify?: TaskRunRequest['verify'];
  readonly waitForLock: boolean;
  /** How many tasks are run at once; one after the other when undefined. */
  readonly limits?: ParallelLimits | undefined;
  readonly onEvent: OnRunEvent;
  /** Aborted when the run shall stop: what runs is ended and cleaned up, what has not begun is skipped. */
  readonly signal: AbortSignal;
}

const ONE_BY_ONE: ParallelLimits = {jobs: 1, jobsPerHost: 1};

/**
 * Runs the tasks one after the other, or several at once. The reports are in the order of the tasks. Never throws for a
 * failing task: the failure is in its report.
 */
export async function runTasks(options: RunOptions): Promise<RunReport> {
  const {configFile, dryRun, verify, waitForLock, limits = ONE_BY_ONE, onEvent, signal} = options;
  // All of them listen to it.
  setMaxListeners(0, signal);
  const startedAt = new Date().toISOString();
  const origin = configFile === undefined ? COMMAND_LINE_ORIGIN : await configOrigin(configFile);
  const recorder = dryRun ? undefined : new RunRecorder({origin, purpose: verify ? 'verify' : 'run', onEvent});
  const metrics = dryRun ? undefined : new MetricsWriter({configured: options.configured ?? [], origin, onEvent});
  const tasks = await expandTasks({tasks: options.tasks, signal});
  const isReal = !dryRun && verify === undefined;
  const configured = options.configured ?? [];
  const isAll = options.tasks.every(({byName}) => !byName);
  const gone =
    configFile === undefined ? [] : await findGoneTasks({configured, expanded: isAll ? tasks : undefined, origin});
  for (const {message, hint} of withoutHeirs(gone, heirs(configured, tasks)).flatMap(goneFindings)) {
    onEvent({kind: 'log', task: undefined, level: 'warning', message: `${message}\nhint: ${hint}`});
  }
  const groups = runGroups(tasks, !isReal);
  const isSideBySide = isParallel(limits);
  // Of two programs that ask for a password on one terminal, nobody knows which one is answered.
  const pool = new HostPool(isSideBySide ? {onTerminal: false} : {});
  const turns = isSideBySide ? new Turns() : undefined;
  const notifier = new Notifier({tasks, configFile, isReal, onEvent, signal});
  const onStart = notifier.started.bind(notifier);
  const surroundings = {origin, pool, gone, dryRun, verify, waitForLock, turns, onStart, onEvent, signal};
  const purpose = dryRun ? 'dry-run' : verify ? 'verify' : 'run';
  const works: (RunGroup & Contender)[] = [];
  for (const group of groups) {
    const needs = isSideBySide ? await groupClaims(group, purpose) : {claims: [], host: undefined};
    works.push({...group, ...needs});
  }
  const reports = (await runSideBySide({works, limits, run: reportsOn, signal})).flat();
  const endedAt = new Date().toISOString();
  const told = await notifier.closed(reports);
  return {version: packageVersion(), configFile, dryRun, startedAt, endedAt, tasks: told};

  async function reportsOn({section, members}: RunGroup): Promise<readonly TaskReport[]> {
    const starts: TaskStart[] = [];
    for (const member of members) starts.push(await begin(member));
    if (section !== undefined) return await runTogether({section, starts, onReport: finish});
    const done: TaskReport[] = [];
    for (const start of starts) {
      const report = start.kind === 'report' ? start.report : await runTask(start.request);
      done.push(await finish(report));
    }
    return done;
  }

  async function begin(expanded: ExpandedTask): Promise<TaskStart> {
    const {task, byName, section, leftOut} = expanded;
    onEvent({kind: 'task-started', task: task.name, index: tasks.indexOf(expanded), total: tasks.length});
    for (const what of leftOut) onEvent({kind: 'log', task: section, level: 'info', message: `not copied: ${what}`});
    const start = signal.aborted ? cancelledStart(task.name) : startOf(expanded, surroundings);
    if (start.kind === 'report' && start.report.state === 'skipped' && byName && !signal.aborted) {
      onEvent({kind: 'log', task: task.name, level: 'warning', message: 'skipped: the task is disabled'});
    }
    const ends = task.state === 'valid' ? recordedEnds(task.config) : undefined;
    await recorder?.started({task: task.name, stateDir: stateDirOf(task), ends, willRun: start.kind === 'run'});
    return start;
  }

  /** What a finished report means to others than who reads it. */
  async function finish(report: TaskReport): Promise<TaskReport> {
    const remembered = (await recorder?.ended(report)) ?? report;
    const recorded = (await metrics?.ended(remembered)) ?? remembered;
    onEvent({kind: 'task-ended', report: recorded});
    return await notifier.ended(recorded);
  }
}

function cancelledStart(task: string): TaskStart {
  return {kind: 'report', report: skippedReport(task, 'the run was cancelled')};
}
