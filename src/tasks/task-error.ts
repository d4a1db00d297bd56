import {ExpectedError, type FailureDetails} from '../errors.js';

export type TaskErrorCode =
  | 'unknown-task'
  | 'task-locked'
  | 'source-unusable'
  | 'target-missing'
  | 'target-unusable'
  | 'target-locked'
  | 'target-in-use'
  | 'target-hold-lost'
  | 'same-device'
  | 'patch-dir'
  | 'size-mismatch'
  | 'no-bdsync'
  | 'foreign-output'
  | 'client-failed'
  | 'server-failed'
  | 'patcher-failed'
  | 'store-failed'
  | 'permission'
  | 'disk-full'
  | 'stalled'
  | 'cancelled';

/** A task that could not be done; `errorLines` are the last words of the program that failed. */
export class TaskError extends ExpectedError<TaskErrorCode> {
  readonly errorLines: readonly string[];

  constructor(
    code: TaskErrorCode,
    message: string,
    details: FailureDetails & {readonly errorLines?: readonly string[]} = {},
  ) {
    super(code, message, details);
    this.errorLines = details.errorLines ?? [];
  }
}
