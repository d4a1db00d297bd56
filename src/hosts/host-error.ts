import {ProgramError} from '../errors.js';

export type HostErrorCode =
  /** The program (or the connection command's first word) exists and could not be started. */
  | 'spawn-failed'
  /** The program does not exist where it should run. */
  | 'command-not-found'
  | 'connection-failed'
  | 'login-refused'
  | 'host-key'
  | 'name-resolution'
  | 'probe-failed'
  /** The shell on the way cannot read a command of ours. */
  | 'shell-unfit'
  | 'output-too-long'
  | 'timed-out'
  /** The program ended before it read all its input, or by a signal that we did not send. */
  | 'program-ended'
  /** We were told to stop. */
  | 'cancelled';

/** A command could not be run, or the way to its host failed. */
export class HostError extends ProgramError<HostErrorCode> {}
