import {spawnSync} from 'node:child_process';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {quoteCronWord} from '#dist/tasks/schedule/cron/quote-cron-word.js';
import {writableWord} from '../../../support/writable-word.js';

test.each([
  ['plain', 'plain'],
  ['', "''"],
  ['a b', "'a b'"],
  ['50%', String.raw`'50\%'`],
  ["it's", `'it'"'"'s'`],
  ['a\\b', String.raw`'a\''b'`],
  ['$HOME', `'$HOME'`],
])('writes %j as %s', (word, quoted) => {
  expect(quoteCronWord(word)).toBe(quoted);
});

test('refuses what would be another line', () => {
  expect(() => quoteCronWord('a\n* * * * * root reboot')).toThrow(/control character/);
});

describe.each([
  {kind: 'reads two backslashes as two', collapses: false},
  {kind: 'reads two backslashes as one', collapses: true},
])('a cron that $kind', ({collapses}) => {
  test('hands words to the shell as they were', () => {
    const lists = fc.sample(fc.array(writableWord, {maxLength: 4}), 200);
    const commands = lists.map((words) => {
      const {command, input} = asCronReads(['list', ...words.map(quoteCronWord)].join(' '), collapses);
      expect(input).toBeUndefined();
      return command;
    });
    const script = [`list() { printf '%s\\0' "$@"; printf '\\n\\0'; }`, ...commands].join('\n');
    const {stdout, stderr} = spawnSync('/bin/sh', ['-c', script], {encoding: 'utf8'});
    expect(stderr).toBe('');
    // A command without words prints an empty one.
    const expected = lists.flatMap((words) => [...(words.length === 0 ? [''] : words), '\n']);
    expect(stdout.split('\0').slice(0, -1)).toEqual(expected);
  });
});

/** What cron makes of a command before the shell sees it, after do_command.c of Vixie cron: all have that loop. */
function asCronReads(text: string, collapses: boolean): {command: string; input: string | undefined} {
  let command = '';
  let isEscaped = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '%' && !isEscaped) return {command, input: text.slice(index + 1)};
    const takesBackslashAway = isEscaped && (character === '%' || (collapses && character === '\\'));
    command = takesBackslashAway ? command.slice(0, -1) + character : command + character;
    isEscaped = !isEscaped && character === '\\';
  }
  return {command, input: undefined};
}
