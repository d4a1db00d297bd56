/** What `recover` found and did. */
export interface RecoveryReport {
  readonly configFile: string;
  readonly rollback: boolean;
  readonly applications: readonly RecoveredApplication[];
  /** What tasks had left that are not configured any more, and what was taken away. */
  readonly removed: readonly string[];
  /** What went wrong beside. */
  readonly warnings: readonly string[];
}

export interface RecoveredApplication {
  readonly task: string;
  /** The target's host and path; undefined where the task could not be looked at. */
  readonly host: string | undefined;
  readonly target: string | undefined;
  /** `untouched`: nothing had been written. */
  readonly state: 'finished' | 'undone' | 'untouched' | 'failed';
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** Last lines of the standard error of the program that failed. */
  readonly errorLines: readonly string[];
}

/** What became of one record, without where that is. */
export type RecoveryOutcome = Omit<RecoveredApplication, 'task' | 'host' | 'target'>;
