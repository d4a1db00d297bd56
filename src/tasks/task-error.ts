import {ProgramError} from '../errors.js';

export type TaskErrorCode =
  | 'unknown-task'
  | 'task-locked'
  | 'source-unusable'
  | 'no-volumes'
  | 'target-shared'
  | 'target-missing'
  | 'target-unusable'
  | 'target-locked'
  | 'target-in-use'
  | 'target-hold-lost'
  | 'same-device'
  | 'patch-dir'
  | 'size-mismatch'
  | 'no-bdsync'
  | 'snapshot-hook'
  | 'task-hook'
  | 'ping-failed'
  | 'mail-failed'
  | 'foreign-output'
  | 'client-failed'
  | 'server-failed'
  | 'patcher-failed'
  | 'store-failed'
  | 'invalid-patch'
  | 'patch-unreadable'
  | 'target-changed'
  | 'unfinished'
  | 'journal'
  | 'permission'
  | 'disk-full'
  | 'verify-failed'
  | 'stalled'
  | 'cancelled';

/** A task that could not be done. */
export class TaskError extends ProgramError<TaskErrorCode> {}
