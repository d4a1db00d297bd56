import {ScheduleError} from '../schedule-error.js';

export const TIME_HINT = 'such as daily 02:30, Mon..Fri 22:00 or hourly; systemd.time(7) has the rules';

/** What events and the names of time zones are written with; no `%`, which stands for something in a unit. */
const EVENT = /^[\w *:.,/~+-]+$/;
const DAILY = /^daily +(\d{1,2}:\d{2}(?::\d{2})?)$/i;

/**
 * A calendar event of systemd.time(7), such as `*-*-* 02:30`, `Mon..Fri 22:00` or `hourly`. `daily 02:30`, which systemd
 * does not know, is one as well. Whether systemd accepts it is for systemd to say.
 *
 * @throws ScheduleError
 */
export function calendarEvent(text: string): string {
  const event = text.trim();
  if (EVENT.test(event)) return event.replace(DAILY, '*-*-* $1');
  throw new ScheduleError('schedule-value', `'${text}' is no time for a timer`, {
    hint: TIME_HINT,
  });
}
