import type {PastRun} from '../history/past-runs.js';
import type {RecordedEnds} from '../history/recorded-ends.js';
import type {StatusProblem} from './status-report.js';

/** What a status is made of: a task as it is configured, and what this machine knows of it. */
export interface KnownOfTask {
  readonly task: string;
  readonly disabled: boolean;
  readonly warnAfterMs: number | undefined;
  readonly critAfterMs: number | undefined;
  /** Undefined for a task that cannot be run as it is. */
  readonly ends: RecordedEnds | undefined;
  /** What keeps it from running at all, or its records from being read. */
  readonly faults: readonly StatusProblem[];
  /** In the order in which they ended; undefined when that cannot be read. */
  readonly runs: readonly PastRun[] | undefined;
  /** Sentences about patches of which the application was begun. */
  readonly unfinished: readonly string[];
  /** What else interrupted runs left, named. */
  readonly leftOver: readonly string[];
}
