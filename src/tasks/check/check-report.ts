/** What `check` found: per task its unmet needs and what a user should know. */
export interface CheckReport {
  readonly configFile: string;
  /** About no task alone. */
  readonly warnings: readonly Finding[];
  readonly tasks: readonly CheckedTask[];
}

export interface CheckedTask {
  readonly task: string;
  readonly disabled: boolean;
  /** Faults of the configuration itself (status 2). */
  readonly configErrors: readonly Finding[];
  /** What the task needs and does not have (status 3). */
  readonly unmetNeeds: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Facts found: sizes, which bdsync is at the far end, what the built-in engine would add. */
  readonly facts: readonly string[];
}

export interface Finding {
  readonly message: string;
  readonly hint: string | undefined;
}
