import {constants} from 'node:os';
import {BdsyncError, type BdsyncErrorCode} from '../../bdsync/errors.js';
import {OptionError} from '../../getopt.js';

/** 1 to 13 are the original program's. A cancelled run ends as if by its signal. */
const STATUS_OF_CODE: Readonly<Record<Exclude<BdsyncErrorCode, 'cancelled'>, number>> = {
  'invalid-parameters': 1,
  'invalid-patch': 2,
  'size-mismatch': 3,
  protocol: 4,
  checksum: 5,
  read: 6,
  randomness: 7,
  process: 8,
  write: 9,
  digest: 10,
  transmission: 11,
  io: 12,
  connection: 13,
  'target-locked': 14,
  'target-in-use': 15,
};

/** For what nobody expected: EX_SOFTWARE of sysexits.h, so that no script takes it for one of the above. */
export const DEFECT_STATUS = 70;
const SIGNAL_STATUS_BASE = 128;

export function statusOfError(error: unknown): number {
  if (error instanceof OptionError) return STATUS_OF_CODE['invalid-parameters'];
  if (error instanceof BdsyncError && error.code !== 'cancelled') return STATUS_OF_CODE[error.code];
  return DEFECT_STATUS;
}

/** What a shell reports for a program that the signal has ended. */
export function statusOfSignal(name: NodeJS.Signals): number {
  return SIGNAL_STATUS_BASE + constants.signals[name];
}
