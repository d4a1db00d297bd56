import {expect, test} from 'vitest';
import {quoted} from '#dist/tasks/config/quoted.js';

test.each([
  ['5x', "'5x'"],
  ['a "b" \\c é', `'a "b" \\c é'`],
  ['a\nb\tc\u001b[31m', "'a\\nb\\tc\\x1b[31m'"],
  ['\u009b31m\u202egnp', "'\\x9b31m\\u202egnp'"],
  ['x'.repeat(80), `'${'x'.repeat(80)}'`],
  ['x'.repeat(81), `'${'x'.repeat(80)}…'`],
])('quoted(%j) is %s', (text, expected) => {
  expect(quoted(text)).toBe(expected);
});
