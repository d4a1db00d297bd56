import {ExpectedError} from '#dist/errors.js';

export type BenchErrorCode =
  | 'usage'
  | 'missing-program'
  | 'no-room'
  | 'command-failed'
  | 'wrong-result'
  | 'interrupted';

/** Why there are no figures. */
export class BenchError extends ExpectedError<BenchErrorCode> {}
