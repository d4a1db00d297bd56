import {packageVersion} from '../version.js';
import {HostPool} from './ends/host-pool.js';
import type {ConfiguredTask} from './config/configuration.js';
import type {OnRunEvent} from './events.js';
import type {RunReport, TaskFailure, TaskReport} from './report.js';
import {runTask} from './run-task.js';
import type {SelectedTask} from './select.js';
import {COMMAND_LINE_ORIGIN, configOrigin} from './state/task-id.js';

export interface RunOptions {
  readonly tasks: readonly SelectedTask[];
  /** Undefined for a task that was given on the command line. */
  readonly configFile: string | undefined;
  readonly dryRun: boolean;
  readonly waitForLock: boolean;
  readonly onEvent: OnRunEvent;
  /** Aborted when the run shall stop: what runs is ended and cleaned up, what has not begun is skipped. */
  readonly signal: AbortSignal;
}

/** Runs the tasks one after the other. Never throws for a failing task: the failure is in its report. */
export async function runTasks(options: RunOptions): Promise<RunReport> {
  const {tasks, configFile, dryRun, onEvent, signal} = options;
  const startedAt = new Date().toISOString();
  const origin = configFile === undefined ? COMMAND_LINE_ORIGIN : await configOrigin(configFile);
  const pool = new HostPool();
  const reports: TaskReport[] = [];
  for (const [index, selected] of tasks.entries()) {
    const task = selected.configured.name;
    onEvent({kind: 'task-started', task, index, total: tasks.length});
    const report = await reportOn(selected);
    onEvent({kind: 'task-ended', report});
    reports.push(report);
  }
  const endedAt = new Date().toISOString();
  return {version: packageVersion(), configFile, dryRun, startedAt, endedAt, tasks: reports};

  async function reportOn({configured, byName}: SelectedTask): Promise<TaskReport> {
    const {name} = configured;
    if (signal.aborted) return skipped(name, 'the run was cancelled');
    if (isDisabled(configured)) {
      if (byName) onEvent({kind: 'log', task: name, level: 'warning', message: 'skipped: the task is disabled'});
      return skipped(name, 'disabled');
    }
    if (configured.state === 'invalid') return invalid(configured);
    const {waitForLock} = options;
    return await runTask({config: configured.config, origin, pool, dryRun, waitForLock, onEvent, signal});
  }
}

function isDisabled(configured: ConfiguredTask): boolean {
  return configured.state === 'valid' ? configured.config.disabled : configured.disabled;
}

function skipped(task: string, reason: string): TaskReport {
  const now = new Date().toISOString();
  return {task, startedAt: now, endedAt: now, notes: [], state: 'skipped', reason};
}

function invalid({name, errors}: Extract<ConfiguredTask, {state: 'invalid'}>): TaskReport {
  const now = new Date().toISOString();
  const failure: TaskFailure = {
    code: errors[0]?.code ?? 'config-value',
    message: errors.map(({message, hint}) => (hint === undefined ? message : `${message} (${hint})`)).join('\n'),
    stage: 'configuration',
    hint: undefined,
    errorLines: [],
    cleanUpFailures: [],
    cancelled: false,
    target: undefined,
  };
  return {task: name, startedAt: now, endedAt: now, notes: [], state: 'failed', failure};
}
