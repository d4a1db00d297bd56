import {ProgramError} from '../errors.js';

export type LvmErrorCode =
  | 'not-a-volume'
  | 'volume-inactive'
  | 'volume-group-missing'
  | 'volume-group-full'
  | 'thin-pool-missing'
  /** Its chunks would show what other volumes left in them. */
  | 'thin-pool-unfit'
  | 'volume-name-taken'
  /** Of a kind, or in a state, in which it cannot be extended. */
  | 'volume-not-extensible'
  | 'snapshot-size-missing'
  | 'snapshot-name-taken'
  /** A classic snapshot overflowed, or a thin one's pool failed: what it holds is lost. */
  | 'snapshot-invalid'
  /** Somebody removed or deactivated it while it was needed. */
  | 'snapshot-lost'
  /** What is there under this uuid differs from what was created; it is left alone. */
  | 'snapshot-not-ours'
  | 'snapshot-removal'
  | 'lvm-missing'
  /** Whoever runs it has not the rights of root. */
  | 'lvm-denied'
  | 'lvm-report'
  | 'lvm-failed';

/** An expected failure around volumes and snapshots. */
export class LvmError extends ProgramError<LvmErrorCode> {}
