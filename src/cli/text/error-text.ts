import {ExpectedError, messageOf} from '../../errors.js';
import {plainLines} from '../../plain-text.js';

/** What a person reads about an error that ended the program: one message for an expected one, the stack of a defect. */
export function formatError(error: unknown): string {
  if (!(error instanceof ExpectedError)) return `bdsync-manager: ${defectText(error)}\n`;
  const hint = error.hint === undefined ? '' : `\n  hint: ${plainLines(error.hint, '  ')}`;
  return `bdsync-manager: ${plainLines(error.message, '  ')}${hint}\n`;
}

function defectText(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined;
  return plainLines(stack ?? messageOf(error), '');
}
