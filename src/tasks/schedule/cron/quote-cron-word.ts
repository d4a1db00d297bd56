import {refuseControlCharacters} from '../refuse-control-characters.js';

const BARE_WORD = /^[\w/.:@+,=-]+$/;

/**
 * A word of a command in a crontab, as /bin/sh reads it back unchanged. Before the shell, cron reads `%` as the end of
 * the command, unless there is a backslash before it, and some read `\\` as one backslash: between two backslashes, and
 * between one and a `%`, the quotes are closed and opened again.
 *
 * @throws ScheduleError for a control character.
 */
export function quoteCronWord(word: string): string {
  refuseControlCharacters(word);
  if (BARE_WORD.test(word)) return word;
  const quotes = word.replaceAll("'", `'"'"'`).replaceAll('\\', "\\''");
  return `'${quotes}'`.replaceAll('%', '\\%');
}
