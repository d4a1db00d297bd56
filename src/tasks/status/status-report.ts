import type {KnownSchedule} from '../schedule/known-schedule.js';
import type {RecordedFailure, RunOutcome, RunPurpose} from '../history/run-record.js';

/** How the tasks of a configuration are, as far as this machine knows: plain data. */
export interface StatusReport {
  readonly configFile: string;
  /** ISO 8601: when this was so. */
  readonly at: string;
  /** The gravest of all tasks. */
  readonly level: StatusLevel;
  readonly tasks: readonly TaskStatus[];
  /** Tasks that are not configured any more, by this name, and left something. Empty where tasks were asked for by name. */
  readonly goneTasks: readonly GoneTaskStatus[];
  /** Why runs may be missing here that there were: where was looked. */
  readonly remarks: readonly string[];
  /** What starts their runs, as far as this program set it up. */
  readonly schedules: readonly KnownSchedule[];
}

/** `unknown`: what is known of it cannot be read; of a configuration also: no task is enabled. */
export type StatusLevel = 'ok' | 'warning' | 'critical' | 'unknown';

export interface TaskStatus {
  readonly task: string;
  readonly level: StatusLevel;
  /** What is wrong, the gravest first. */
  readonly problems: readonly StatusProblem[];
  readonly disabled: boolean;
  /** Since when a run is under way. */
  readonly underWaySince: string | undefined;
  /** When the target was last brought in step. */
  readonly lastSuccess: LastSuccess | undefined;
  /** When source and target were last compared for its own sake, and equal. */
  readonly lastVerified: LastVerified | undefined;
  /** The last run that came to an end, or should have. */
  readonly lastRun: LastRun | undefined;
  /** Bytes that differed in the last successes, the newest last. */
  readonly trend: readonly number[];
  /** When the age of the last success is a warning, and when it is critical; never when both are undefined. */
  readonly warnAfterMs: number | undefined;
  readonly critAfterMs: number | undefined;
}

export type GoneTaskStatus = Pick<TaskStatus, 'task' | 'level' | 'problems'>;

export interface StatusProblem {
  readonly kind: ProblemKind;
  readonly level: Exclude<StatusLevel, 'ok'>;
  readonly text: string;
}

export type ProblemKind =
  | 'unreadable'
  | 'configuration'
  | 'incomplete'
  | 'failed'
  | 'did-not-end'
  | 'cancelled'
  | 'overdue'
  | 'never-run'
  | 'changed'
  | 'left-over'
  | 'clock';

interface PastMoment {
  readonly endedAt: string;
  /** Undefined for a time to come: the clock was set. */
  readonly ageMs: number | undefined;
}

export interface LastSuccess extends PastMoment {
  readonly durationMs: number | undefined;
  readonly sourceBytes: number | undefined;
  readonly differingBytes: number | undefined;
  readonly sentBytes: number | undefined;
  readonly receivedBytes: number | undefined;
}

export interface LastVerified extends PastMoment {
  /** Undefined when all was compared. */
  readonly samplePercent: number | undefined;
}

export interface LastRun {
  readonly purpose: RunPurpose;
  readonly outcome: RunOutcome | 'did-not-end';
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly durationMs: number | undefined;
  readonly failure: RecordedFailure | undefined;
}
