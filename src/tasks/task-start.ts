import {type ExpectedError, ProgramError} from '../errors.js';
import type {TaskFailure, TaskReport, TaskReportBase} from './report.js';
import type {ExpandedTask} from './sets/expanded-task.js';
import type {TaskRunRequest} from './task-run.js';

/** How a task begins: there is nothing to run, and only a report, or there is. */
export type TaskStart =
  | {readonly kind: 'report'; readonly report: TaskReport}
  | {readonly kind: 'run'; readonly request: TaskRunRequest};

export function startOf(
  {task, section, snapshotTogether}: ExpandedTask,
  surroundings: Omit<TaskRunRequest, 'config' | 'snapshotWith'>,
): TaskStart {
  switch (task.state) {
    case 'valid': {
      const {config} = task;
      if (config.disabled) return reportOnly(skippedReport(task.name, 'disabled'));
      return {kind: 'run', request: {...surroundings, config, snapshotWith: snapshotTogether ? section : undefined}};
    }
    case 'invalid':
      if (task.disabled) return reportOnly(skippedReport(task.name, 'disabled'));
      return reportOnly(failedReport(task.name, configFailure(task.errors)));
    case 'unusable':
      return reportOnly(failedReport(task.name, sourceFailure(task.error)));
    default:
      return task satisfies never;
  }
}

function reportOnly(report: TaskReport): TaskStart {
  return {kind: 'report', report};
}

export function skippedReport(task: string, reason: string): TaskReport {
  return {...nothingDone(task), state: 'skipped', reason};
}

function failedReport(task: string, failure: TaskFailure): TaskReport {
  return {...nothingDone(task), state: 'failed', failure};
}

function nothingDone(task: string): TaskReportBase {
  const now = new Date().toISOString();
  return {task, startedAt: now, endedAt: now, notes: [], snapshotSet: undefined, verification: undefined};
}

function configFailure(errors: readonly ExpectedError[]): TaskFailure {
  return {
    ...NOTHING_TOLD,
    code: errors[0]?.code ?? 'config-value',
    message: errors.map(({message, hint}) => (hint === undefined ? message : `${message} (${hint})`)).join('\n'),
    stage: 'configuration',
  };
}

function sourceFailure(error: ExpectedError): TaskFailure {
  const {code, message, hint} = error;
  const errorLines = error instanceof ProgramError ? error.errorLines : [];
  return {...NOTHING_TOLD, code, message, hint, errorLines, cancelled: code === 'cancelled', stage: 'check source'};
}

const NOTHING_TOLD = {
  hint: undefined,
  errorLines: [],
  cleanUpFailures: [],
  cancelled: false,
  target: undefined,
} satisfies Partial<TaskFailure>;
