/** What starts runs of a configuration: plain data. */
export interface KnownSchedule {
  /** `bdsync-manager.timer`, or the path of a file for cron. */
  readonly name: string;
  /** Only these; all enabled ones when empty. */
  readonly tasks: readonly string[];
  /** ISO 8601; undefined when none is known: the timer is not active, or a time was written by hand. */
  readonly nextAt: string | undefined;
}
