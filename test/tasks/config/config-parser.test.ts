import {type ConfigSection, type SyntaxFault, parseConfigText} from '#dist/tasks/config/config-parser.js';
import {describe, expect, test} from 'vitest';

// What the dialect makes of a text is held against Python (python-agreement.test.ts); here is what Python does not
// tell: the lines of sections and options, and the words of the faults.

describe('lines', () => {
  test('of headers, of options and of an inherited section that comes twice', () => {
    const {defaults, sections} = parsed('# top\n\n[DEFAULT]\na = 1\n[one]\nb: 2\n  3\n\n; c\n\nc =\n[DEFAULT]\nd=4\n');
    expect(defaults.line).toBe(3);
    expect(lines(defaults)).toEqual({a: 4, d: 13});
    expect(sections.map((section) => [section.name, section.line, lines(section)])).toEqual([
      ['one', 5, {b: 6, c: 11}],
    ]);
  });

  test('count the line ends of every system once', () => {
    const {sections} = parsed('[one]\r\na = 1\rb = 2\nc = 3\r\n\r\n[two]');
    expect(sections.map((section) => section.line)).toEqual([1, 6]);
    expect(sections.map(lines)).toEqual([{a: 2, b: 3, c: 4}, {}]);
  });

  test('of a [DEFAULT] that is not there: 0', () => {
    expect(parsed('[one]\n').defaults.line).toBe(0);
  });
});

describe('faults', () => {
  test('a duplicate names both lines', () => {
    expect(faults('[one]\na = 1\nA: 2\n[one]\na = 3\n[DEFAULT]\nx=1\n[DEFAULT]\nx=2')).toEqual([
      {
        kind: 'duplicate-option',
        line: 3,
        section: 'one',
        key: 'a',
        message: "'a' is there twice in [one]: in line 2 and in line 3",
        hint: undefined,
      },
      {
        kind: 'duplicate-section',
        line: 4,
        section: 'one',
        key: undefined,
        message: 'section [one] is there twice: in line 1 and in line 4',
        hint: undefined,
      },
      {
        kind: 'duplicate-option',
        line: 9,
        section: 'DEFAULT',
        key: 'x',
        message: "'x' is there twice in [DEFAULT]: in line 7 and in line 9",
        hint: undefined,
      },
    ]);
  });

  test('all bad lines are told, with their text, cut when it is long', () => {
    expect(faults(`[one]\nflag\n= 1\n${'x'.repeat(100)}`).map(({line, message}) => [line, message])).toEqual([
      [2, "no '=' or ':' in 'flag'"],
      [3, "no name before the '=' in '= 1'"],
      [4, `no '=' or ':' in '${'x'.repeat(80)}…'`],
    ]);
  });

  test('a line before any section is told once', () => {
    expect(faults('# comment\na = 1\nb = 2\n[one]\n')).toEqual([
      {
        kind: 'before-section',
        line: 2,
        section: undefined,
        key: undefined,
        message: "'a = 1' stands before any [section]",
        hint: 'begin with a line such as [DEFAULT] or [my-task]',
      },
    ]);
  });

  test.each([
    ['[a\nx = 1\n', 1, "'[a' is no [section]: the ] is missing"],
    ['[b]\n[a\n', 2, "'[a' is no [section]: the ] is missing"],
    ['[]\n', 1, "'[]' is no [section]: there is no name in it"],
  ])('a header that is none is told as one: %j', (text, line, message) => {
    expect(faults(text)).toMatchObject([{line, message, hint: undefined}]);
  });

  test('a byte order mark is called by its name', () => {
    expect(faults('\ufeff[one]\na = 1\n')).toMatchObject([
      {line: 1, message: 'the file begins with a byte order mark', hint: 'save it as UTF-8 without a byte order mark'},
    ]);
  });
});

test('takes time in proportion to the length of a line, whatever it holds', () => {
  const blanks = ' '.repeat(300_000);
  const {sections} = parsed(`[one]\na${blanks}b =${blanks}x${blanks}y${blanks}\n`);
  expect(sections[0]?.options.get(`a${blanks}b`)?.value).toBe(`x${blanks}y`);
});

function parsed(text: string): {defaults: ConfigSection; sections: readonly ConfigSection[]} {
  const result = parseConfigText(text);
  if (result.state === 'refused') throw new Error(result.faults.map((fault) => fault.message).join('\n'));
  return result;
}

function faults(text: string): readonly SyntaxFault[] {
  const result = parseConfigText(text);
  return result.state === 'refused' ? result.faults : [];
}

function lines(section: ConfigSection): Record<string, number> {
  return Object.fromEntries([...section.options.values()].map(({name, line}) => [name, line]));
}
