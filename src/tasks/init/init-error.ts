import {ExpectedError} from '../../errors.js';

export type InitErrorCode =
  /** The configuration has a section of this name. */
  | 'task-exists'
  /** What it would write is its own source, or the copy of another task. */
  | 'target-taken'
  /** The configuration file cannot be read or written, or changed meanwhile. */
  | 'config-file';

/** A task could not be added to a configuration. */
export class InitError extends ExpectedError<InitErrorCode> {}
