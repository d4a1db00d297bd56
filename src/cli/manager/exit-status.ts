import {ExpectedError} from '../../errors.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';
import type {ConfigErrorCode} from '../../tasks/config/config-error.js';
import type {CheckReport} from '../../tasks/check/check-report.js';
import type {RecoveryReport} from '../../tasks/recovery/recovery-report.js';
import type {RunReport, TaskReport} from '../../tasks/report.js';
import type {StatusLevel, StatusReport} from '../../tasks/status/status-report.js';
import type {SnapshotReport} from '../../tasks/snapshots/snapshot-report.js';

/** What bdsync-manager ends with. Where several fit, the highest is told. */
export const EXIT_STATUS = {
  success: 0,
  /** Something that bdsync-manager itself needs is missing, or a defect outside of any task. */
  missingDependency: 1,
  /** The command line or the configuration is wrong. */
  configuration: 2,
  /** A task failed, or has an unmet need; the others ran. Or a snapshot needs a person's look. */
  task: 3,
  /** A signal ended the run. */
  cancelled: 4,
} as const;

export type ExitStatus = (typeof EXIT_STATUS)[keyof typeof EXIT_STATUS];

const STATUS_OF_CONFIG_ERROR: Readonly<Record<ConfigErrorCode, ExitStatus>> = {
  'config-unreadable': EXIT_STATUS.configuration,
  'config-syntax': EXIT_STATUS.configuration,
  'config-interpolation': EXIT_STATUS.configuration,
  'config-missing-key': EXIT_STATUS.configuration,
  'config-unknown-key': EXIT_STATUS.configuration,
  'config-value': EXIT_STATUS.configuration,
};

/** Codes of expected failures that are something else than the failure of a task. */
const STATUS_OF_CODE: Readonly<Record<string, ExitStatus>> = {
  ...STATUS_OF_CONFIG_ERROR,
  'flock-missing': EXIT_STATUS.missingDependency,
  'output-failed': EXIT_STATUS.missingDependency,
  usage: EXIT_STATUS.configuration,
  'not-utf8': EXIT_STATUS.configuration,
  'unknown-task': EXIT_STATUS.configuration,
  'task-exists': EXIT_STATUS.configuration,
  'target-taken': EXIT_STATUS.configuration,
  'schedule-value': EXIT_STATUS.configuration,
  cancelled: EXIT_STATUS.cancelled,
};

export function statusOfRun({tasks}: RunReport): ExitStatus {
  return highest(tasks.map(statusOfTask));
}

/** Faults of a disabled task are told, and count for nothing. */
export function statusOfCheck({tasks}: CheckReport): ExitStatus {
  const enabled = tasks.filter(({disabled}) => !disabled);
  if (enabled.some(({unmetNeeds}) => unmetNeeds.length > 0)) return EXIT_STATUS.task;
  if (enabled.some(({configErrors}) => configErrors.length > 0)) return EXIT_STATUS.configuration;
  return EXIT_STATUS.success;
}

/** What a person has to look at counts as a failed task. */
export function statusOfSnapshots({snapshots}: SnapshotReport): ExitStatus {
  const isOpen = snapshots.some(
    ({state, reason}) => state === 'doubtful' || (state === 'left-over' && reason !== undefined),
  );
  return isOpen ? EXIT_STATUS.task : EXIT_STATUS.success;
}

export function statusOfRecovery({applications}: RecoveryReport): ExitStatus {
  return applications.some(({state}) => state === 'failed') ? EXIT_STATUS.task : EXIT_STATUS.success;
}

/** What needs attention counts as a failed task. */
export function statusOfStatus({level}: StatusReport): ExitStatus {
  return level === 'ok' ? EXIT_STATUS.success : EXIT_STATUS.task;
}

const NAGIOS_STATUS = {ok: 0, warning: 1, critical: 2, unknown: 3} as const satisfies Record<StatusLevel, ExitStatus>;

/** What a plug-in of Nagios ends with: other statuses than those of all other commands. */
export function nagiosStatusOf(level: StatusLevel): ExitStatus {
  return NAGIOS_STATUS[level];
}

/** The status for what ended the program before there was a report. */
export function statusOfError(thrown: unknown): ExitStatus {
  const error = unwrapSuppressed(thrown).failure;
  if (error instanceof ExpectedError) return statusOfCode(error.code);
  return isAbort(error) ? EXIT_STATUS.cancelled : EXIT_STATUS.missingDependency;
}

function statusOfTask(task: TaskReport): ExitStatus {
  if (task.state !== 'failed') return EXIT_STATUS.success;
  return task.failure.cancelled ? EXIT_STATUS.cancelled : statusOfCode(task.failure.code);
}

function statusOfCode(code: string): ExitStatus {
  return STATUS_OF_CODE[code] ?? EXIT_STATUS.task;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function highest(statuses: readonly ExitStatus[]): ExitStatus {
  return statuses.reduce((high, status) => (status > high ? status : high), EXIT_STATUS.success);
}
