import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseCronTime} from '#dist/tasks/schedule/cron/cron-time.js';
import {nextCronTime} from '#dist/tasks/schedule/cron/next-cron-time.js';

describe('the next time', () => {
  test.each([
    ['30 2 * * *', '2026-11-21T02:29:59', 'Sat Nov 21 2026 02:30'],
    ['30 2 * * *', '2026-11-21T02:30:00', 'Sun Nov 22 2026 02:30'],
    ['0 22 * * 1-5', '2026-11-21T12:00:00', 'Mon Nov 23 2026 22:00'],
    ['0 0 29 2 *', '2026-11-21T12:00:00', 'Tue Feb 29 2028 00:00'],
    ['0 0 29 2 *', '2096-03-01T00:00:00', 'Fri Feb 29 2104 00:00'],
    // A day of either kind, where both are told.
    ['0 0 13 * fri', '2026-11-21T12:00:00', 'Fri Nov 27 2026 00:00'],
    // Of both, where one has a star.
    ['0 0 */2 * fri', '2026-11-21T12:00:00', 'Fri Nov 27 2026 00:00'],
    ['@hourly', '2026-12-31T23:30:00', 'Fri Jan 01 2027 00:00'],
  ])('of %s after %s is %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });

  test('of a day that never comes is none', () => {
    expect(next('0 0 31 2 *', '2026-11-21T12:00:00')).toBeUndefined();
  });

  test('is the first minute that all fields allow, as a look at each minute finds it', () => {
    const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 28), fc.constant('*'), field(0, 6));
    const days = fc.integer({min: 0, max: 900});
    fc.assert(
      fc.property(fields, days, (words, day) => {
        const time = parseCronTime(words.join(' '));
        const afterMs = new Date(2026, 0, 1 + day, 12, 34, 56).getTime();
        expect(nextCronTime(time, afterMs)).toBe(firstMinute(words, afterMs));
      }),
      {numRuns: 25},
    );
  });
});

function firstMinute(words: readonly string[], afterMs: number): number {
  const [minute, hour, day, , weekday] = words;
  const isRestricted = day !== '*' && weekday !== '*';
  for (let atMs = Math.floor(afterMs / 60_000) * 60_000 + 60_000; ; atMs += 60_000) {
    const at = new Date(atMs);
    const [fitsDay, fitsWeekday] = [fits(day, at.getDate()), fits(weekday, at.getDay())];
    const isDay = isRestricted ? fitsDay || fitsWeekday : fitsDay && fitsWeekday;
    if (isDay && fits(hour, at.getHours()) && fits(minute, at.getMinutes())) return atMs;
  }
}

function fits(word: string | undefined, value: number): boolean {
  return word === '*' || word === String(value);
}

function field(lowest: number, highest: number): fc.Arbitrary<string> {
  return fc.oneof(fc.constant('*'), fc.integer({min: lowest, max: highest}).map(String));
}

function next(text: string, after: string): string | undefined {
  const atMs = nextCronTime(parseCronTime(text), new Date(after).getTime());
  return atMs === undefined ? undefined : new Date(atMs).toString().slice(0, 21);
}
