import {ExpectedError, messageOf} from '../../errors.js';

/** A failure in one line, with what to do about it; a defect, on more than one, with its stack. */
export function failureText(error: unknown): string {
  if (error instanceof ExpectedError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
