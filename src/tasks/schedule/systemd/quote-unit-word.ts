import {plainText} from '../../../plain-text.js';
import {refuseControlCharacters} from '../refuse-control-characters.js';
import {ScheduleError} from '../schedule-error.js';

/** It ignores a line in which there is one. */
const NO_TEXT = /[\p{Noncharacter_Code_Point}\p{Cs}]/u;

const BARE_WORD = /^[\w/.:@+,=-]+$/;

/**
 * A word of a list in a unit, of systemd.exec(5)'s paths or systemd.service(5)'s command lines, as systemd reads it back
 * unchanged. In a command line that is so behind `:` alone, which keeps `$` from meaning a variable.
 *
 * @throws ScheduleError for a control character, and for what systemd does not take for text.
 */
export function quoteUnitWord(word: string): string {
  refuseControlCharacters(word);
  if (NO_TEXT.test(word)) {
    throw new ScheduleError('schedule-value', `systemd takes no unit with a character of '${plainText(word)}'`, {
      hint: 'give the file or the section another name',
    });
  }
  if (BARE_WORD.test(word)) return word;
  // Both are read alike with and without C's escapes, which not all lists have.
  const escaped = word.replaceAll(/["\\]/g, '\\$&');
  return `"${escaped.replaceAll('%', '%%')}"`;
}

/** systemd.service(5): the value of ExecStart, without variables. @throws ScheduleError */
export function unitCommand(words: readonly string[]): string {
  const [program = ''] = words;
  // systemd takes no such program, whatever is done about it.
  if (/["'\\]/.test(program)) {
    throw new ScheduleError('schedule-value', `systemd cannot start a program with quotes in its path: ${program}`);
  }
  return `:${words.map(quoteUnitWord).join(' ')}`;
}
