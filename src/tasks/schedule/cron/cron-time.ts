import {ScheduleError} from '../schedule-error.js';

/** When cron starts something: each field as the numbers that it allows. */
export interface CronTime {
  /** As it was written, with single blanks. */
  readonly text: string;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Where both kinds of days are restricted, a day of either kind will do; else it has to be of both. */
  readonly eitherDay: boolean;
}

interface FieldRule {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  readonly words?: readonly string[];
}

const FIELDS: readonly FieldRule[] = [
  {name: 'minute', lowest: 0, highest: 59},
  {name: 'hour', lowest: 0, highest: 23},
  {name: 'day of the month', lowest: 1, highest: 31},
  {
    name: 'month',
    lowest: 1,
    highest: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  {name: 'day of the week', lowest: 0, highest: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']},
];

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** The five fields of crontab(5), or one of its names for them. @throws ScheduleError */
export function parseCronTime(text: string): CronTime {
  const words = text.trim().split(/ +/);
  const fields = (NICKNAMES[words.join(' ')] ?? words.join(' ')).split(' ');
  if (fields.length !== FIELDS.length) throw fault(text, 'it has not five fields');
  const [minutes, hours, days, months, weekdays] = FIELDS.map((rule, index) =>
    numbersOf(fields[index] ?? '', rule, text),
  );
  if (!minutes || !hours || !days || !months || !weekdays) throw fault(text, 'it has not five fields');
  // Sunday has two numbers.
  if (weekdays.delete(7)) weekdays.add(0);
  const eitherDay = !fields[2]?.startsWith('*') && !fields[4]?.startsWith('*');
  return {text: words.join(' '), minutes, hours, days, months, weekdays, eitherDay};
}

/** `*`, `7`, `mon`, `1-5`, `0-30/10`, and lists of these. */
function numbersOf(field: string, rule: FieldRule, text: string): Set<number> {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const [first, last] = boundsOf(range, part.includes('/'), rule);
    if (!(first <= last) || Number(step) < 1) throw fault(text, `'${part}' is no ${rule.name}`);
    for (let number = first; number <= last; number += Number(step)) numbers.add(number);
  }
  return numbers;
}

/** NaN for what is none. */
function boundsOf(range: string, hasStep: boolean, rule: FieldRule): [number, number] {
  if (range === '*') return [rule.lowest, rule.highest];
  const [from = '', to] = range.split('-', 2);
  const first = numberOf(from, rule);
  // `5/10`, which some read as 5-59/10, is not understood by all.
  if (to === undefined) return hasStep ? [Number.NaN, Number.NaN] : [first, first];
  return range.split('-').length === 2 ? [first, numberOf(to, rule)] : [Number.NaN, Number.NaN];
}

function numberOf(text: string, {lowest, highest, words = []}: FieldRule): number {
  const word = words.indexOf(text.toLowerCase());
  if (word !== -1) return word + lowest;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return number >= lowest && number <= highest ? number : Number.NaN;
}

function fault(text: string, why: string): ScheduleError {
  return new ScheduleError('schedule-value', `'${text}' is no time for cron: ${why}`, {
    hint: "minute, hour, day of the month, month and day of the week, such as '30 2 * * *'",
  });
}
