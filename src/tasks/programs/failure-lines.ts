import type {ProgramError} from '../../errors.js';

/** A failure that ends no task: the message, the last words, the remedy. */
export function failureLines({message, errorLines, hint}: ProgramError): string {
  return [message, ...errorLines.map((line) => `| ${line}`), ...(hint === undefined ? [] : [`hint: ${hint}`])].join(
    '\n',
  );
}
