import {expect, test} from 'vitest';
import {LOG_LEVELS} from '#dist/log.js';
import {createLogPrinter, formatLogLine} from '#dist/cli/screen/log-printer.js';
import {recordedScreen} from '../../support/recorded-screen.js';

test('a line names task and level in the form of old', () => {
  expect(formatLogLine('info', 'home', 'Patch Size: 4.0MiB')).toBe('[Task home] INFO: Patch Size: 4.0MiB\n');
  expect(formatLogLine('warning', undefined, 'no task to run')).toBe('WARNING: no task to run\n');
});

test.for([
  ['debug', ['debug', 'info', 'warning', 'error']],
  ['info', ['info', 'warning', 'error']],
  ['warning', ['warning', 'error']],
  ['error', ['error']],
] as const)('with level %s, %s are printed', ([threshold, printed]) => {
  const screen = recordedScreen();
  const print = createLogPrinter(screen, threshold, () => {});
  for (const level of LOG_LEVELS) print(level, undefined, level);
  expect(screen.text().trim().split('\n')).toEqual(printed.map((level) => `${level.toUpperCase()}: ${level}`));
});

test('what stands on the line is cleared before a line that is printed, and only then', () => {
  const screen = recordedScreen();
  const print = createLogPrinter(screen, 'warning', () => screen.write('<clear>'));
  print('info', 'home', 'unseen');
  print('warning', 'home', 'seen');
  expect(screen.text()).toBe('<clear>[Task home] WARNING: seen\n');
});
