import {ExpectedError} from '../../errors.js';

/** The command line is wrong. */
export class UsageError extends ExpectedError<'usage'> {
  constructor(message: string, hint?: string) {
    super('usage', message, {hint});
  }
}
