import type {OwnFile} from './own-file.js';

/** What is to be done about a schedule: plain data, shown before it is done. */
export interface ScheduleChange {
  readonly files: readonly OwnFile[];
  readonly removals: readonly string[];
  /** Programs of the scheduler, before and after the files are written and removed; they end with status 0. */
  readonly before: readonly (readonly string[])[];
  readonly after: readonly (readonly string[])[];
  /** Why those programs are not run here; undefined when they are. */
  readonly whyNotRun: string | undefined;
  /** What a person should know of it, in sentences. */
  readonly notes: readonly string[];
}

export const NOTHING: ScheduleChange = {
  files: [],
  removals: [],
  before: [],
  after: [],
  whyNotRun: undefined,
  notes: [],
};
