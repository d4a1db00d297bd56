import {ExpectedError} from '../../errors.js';

export type ScheduleErrorCode =
  /** A word, a path or a time cannot be written into a unit or a crontab. */
  | 'schedule-value'
  /** A file is there that bdsync-manager did not write. */
  | 'schedule-foreign'
  /** A file could not be read, written or removed. */
  | 'schedule-file'
  /** A program of the scheduler refused. */
  | 'schedule-failed';

/** Runs could not be put on a schedule, or be taken off it. */
export class ScheduleError extends ExpectedError<ScheduleErrorCode> {}
