import {plainText} from '../../plain-text.js';
import {ScheduleError} from './schedule-error.js';

/** A line of a unit or a crontab ends where its text says so, and nowhere else. @throws ScheduleError */
export function refuseControlCharacters(word: string): void {
  if (!/\p{Cc}/u.test(word)) return;
  throw new ScheduleError(
    'schedule-value',
    `'${plainText(word)}' has a control character, which cannot be written into a schedule`,
    {hint: 'give the file or the section another name'},
  );
}
