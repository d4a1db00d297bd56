import {ExpectedError, messageOf} from '../../errors.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';

/** What was thrown in one line, with what to do about it; a defect, on more than one, with its stack. */
export function formatError(thrown: unknown): string {
  const {failure, cleanUpFailures} = unwrapSuppressed(thrown);
  return [errorText(failure), ...cleanUpFailures.map(messageOf)].join('; and then: ');
}

function errorText(error: unknown): string {
  if (error instanceof ExpectedError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
