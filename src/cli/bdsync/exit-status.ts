import {constants} from 'node:os';
import {BdsyncError} from '../../bdsync/errors.js';
import {statusOfCode} from '../../bdsync/exit-status.js';
import {OptionError} from '../../getopt.js';
import {EncodingError} from '../require-utf8.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';

/** For what nobody expected: EX_SOFTWARE of sysexits.h, so that no script takes it for one of the above. */
export const DEFECT_STATUS = 70;
/** A cancelled run ends as if by its signal. */
const SIGNAL_STATUS_BASE = 128;

export function statusOfError(thrown: unknown): number {
  const error = unwrapSuppressed(thrown).failure;
  if (error instanceof OptionError || error instanceof EncodingError) return statusOfCode('invalid-parameters');
  if (error instanceof BdsyncError && error.code !== 'cancelled') return statusOfCode(error.code);
  return DEFECT_STATUS;
}

/** What a shell reports for a program that the signal has ended. */
export function statusOfSignal(name: NodeJS.Signals): number {
  return SIGNAL_STATUS_BASE + constants.signals[name];
}
