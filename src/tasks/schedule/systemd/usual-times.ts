/** When runs begin where nobody says otherwise: calendar event of systemd.time(7), with `daily` as `calendarEvent` knows it. */
export const USUAL_EVENT = 'daily 02:30';
/** So much later at most. */
export const USUAL_DELAY_SECONDS = 900;
