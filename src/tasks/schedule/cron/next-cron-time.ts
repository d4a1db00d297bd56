import type {CronTime} from './cron-time.js';

/** The 29th of February comes again after eight years at the latest. */
const MAX_DAYS = 366 * 9;

/** When cron starts something the next time after `afterMs`, by the clock of this machine; undefined for never. */
export function nextCronTime(time: CronTime, afterMs: number): number | undefined {
  const after = new Date(afterMs);
  for (let ahead = 0; ahead <= MAX_DAYS; ahead += 1) {
    const day = new Date(after.getFullYear(), after.getMonth(), after.getDate() + ahead);
    const found = isDue(time, day) ? firstOfDay(time, day, afterMs) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isDue({days, months, weekdays, eitherDay}: CronTime, day: Date): boolean {
  if (!months.has(day.getMonth() + 1)) return false;
  const [isDay, isWeekday] = [days.has(day.getDate()), weekdays.has(day.getDay())];
  return eitherDay ? isDay || isWeekday : isDay && isWeekday;
}

function firstOfDay({hours, minutes}: CronTime, day: Date, afterMs: number): number | undefined {
  for (const hour of sorted(hours)) {
    for (const minute of sorted(minutes)) {
      const atMs = new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute).getTime();
      if (atMs > afterMs) return atMs;
    }
  }
  return undefined;
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].toSorted((a, b) => a - b);
}
