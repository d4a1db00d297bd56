import {BdsyncError} from './errors.js';

/**
 * The words of REMSHCMD, as the original program splits it, which is not as a shell does: at blanks only, no
 * backslashes. Single or double quotes may enclose any part of a word; inside, a doubled quote stands for one.
 *
 * @throws BdsyncError 'invalid-parameters' for a missing closing quote or no word at all.
 */
export function splitServerCommand(command: string): [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < command.length; at += 1) {
    const character = command.charAt(at);
    if (quote === '' && character === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
    } else if (character === quote && command.charAt(at + 1) !== quote) {
      quote = '';
    } else {
      if (character === quote) at += 1;
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw invalid(`a closing ${quote} is missing in the server command`);
  if (word !== undefined) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') throw invalid('the server command names no program');
  return [program, ...rest];
}

/** One string that splits into `words` again. */
export function quoteServerCommand(words: readonly string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' ');
}

function invalid(message: string): BdsyncError {
  return new BdsyncError('invalid-parameters', message);
}
