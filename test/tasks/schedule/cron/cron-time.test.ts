import {describe, expect, test} from 'vitest';
import {parseCronTime} from '#dist/tasks/schedule/cron/cron-time.js';

describe('a time of cron', () => {
  test('has numbers, names, ranges, steps and lists', () => {
    const {minutes, hours, days, months, weekdays, eitherDay} = parseCronTime(
      '0-30/15,59 */8 1,15 jan,JUN-aug Mon-fri',
    );
    expect([minutes, hours, days, months, weekdays].map((numbers) => [...numbers])).toEqual([
      [0, 15, 30, 59],
      [0, 8, 16],
      [1, 15],
      [1, 6, 7, 8],
      [1, 2, 3, 4, 5],
    ]);
    expect(eitherDay).toBe(true);
  });

  test('knows two Sundays, and names for whole schedules', () => {
    expect(parseCronTime('0 0 * * 7').weekdays).toEqual(new Set([0]));
    expect(parseCronTime('@weekly')).toMatchObject({text: '@weekly', minutes: new Set([0]), weekdays: new Set([0])});
    expect(parseCronTime('  30   2 * * *  ').text).toBe('30 2 * * *');
  });

  test.each([
    '',
    '30 2 * *',
    '30 2 * * * *',
    '60 2 * * *',
    '30 24 * * *',
    '30 2 0 * *',
    '30 2 * 13 *',
    '30 2 * * 8',
    '5-1 2 * * *',
    '*/0 2 * * *',
    '5/10 2 * * *',
    '1-2-3 2 * * *',
    '30 2 * * mon\n* * * * * root reboot #',
    '30\t2 * * *',
    '30, 2 * * *',
    '@reboot',
    '@daily root',
    '-1 2 * * *',
    'x 2 * * *',
  ])('is not %j', (text) => {
    expect(() => parseCronTime(text)).toThrow(expect.objectContaining({code: 'schedule-value'}));
  });
});
