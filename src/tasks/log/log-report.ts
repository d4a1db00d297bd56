import type {EndedRecord, RunOutcome} from '../history/run-record.js';

/** Past runs, the newest last: plain data. */
export interface LogReport {
  /** Undefined for what `sync` did. */
  readonly configFile: string | undefined;
  readonly runs: readonly LoggedRun[];
  /** How many older ones of those that were asked for are not among them. */
  readonly olderRuns: number;
  /** Lines of the files that could not be understood. */
  readonly strangeLines: number;
  /** See StatusReport; only where there are no runs. */
  readonly remarks: readonly string[];
}

export interface LoggedRun
  extends Pick<
    EndedRecord,
    | 'run'
    | 'task'
    | 'purpose'
    | 'version'
    | 'startedAt'
    | 'durationMs'
    | 'figures'
    | 'verification'
    | 'failure'
    | 'notes'
  > {
  readonly outcome: LoggedOutcome;
  readonly endedAt: string | undefined;
}

/** `did-not-end`: it was killed, or the machine went down. */
export type LoggedOutcome = RunOutcome | 'under-way' | 'did-not-end';
