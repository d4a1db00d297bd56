import {ExpectedError, messageOf} from '../../errors.js';
import {plainLines} from '../../plain-text.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';

/** What a person reads about an error that ended the program: one message for an expected one, the stack of a defect. */
export function formatError(thrown: unknown): string {
  const {failure, cleanUpFailures} = unwrapSuppressed(thrown);
  const lines = [errorText(failure)];
  for (const later of cleanUpFailures) lines.push(`  clean-up failed, too: ${plainLines(messageOf(later), '  ')}`);
  if (failure instanceof ExpectedError && failure.hint !== undefined) {
    lines.push(`  hint: ${plainLines(failure.hint, '  ')}`);
  }
  return `bdsync-manager: ${lines.join('\n')}\n`;
}

function errorText(error: unknown): string {
  if (error instanceof ExpectedError) return plainLines(error.message, '  ');
  const stack = error instanceof Error ? error.stack : undefined;
  return plainLines(stack ?? messageOf(error), '');
}
