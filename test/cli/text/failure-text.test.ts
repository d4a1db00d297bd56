import {expect, test} from 'vitest';
import {formatFailure} from '#dist/cli/text/failure-text.js';
import {formatLogLine} from '#dist/cli/screen/log-printer.js';
import {failure} from '../../support/report-data.js';

test('a failure is one message: what failed, while doing what, the last words of the other end, the remedy', () => {
  expect(formatLogLine('error', 'home', formatFailure(failure()))).toBe(
    [
      "[Task home] ERROR: generate: no program 'bdsync' on ssh backup@store",
      '    | bash: line 1: bdsync: command not found',
      '    hint: install bdsync there, or set remote_bdsync_bin',
      '',
    ].join('\n'),
  );
});

test('without last words and remedy it is one line', () => {
  const text = formatFailure(failure({message: 'permission denied: /dev/sda', hint: undefined, errorLines: []}));
  expect(text).toBe('generate: permission denied: /dev/sda');
});

test('the other end cannot write log lines of its own, nor steer the terminal', () => {
  const text = formatFailure(failure({errorLines: ['\u001b[2Jgone\n[Task home] INFO: all is well']}));
  const printed = formatLogLine('error', 'home', text);
  expect(printed).not.toContain('\u001b');
  expect(printed.split('\n').filter((line) => line.startsWith('[Task'))).toHaveLength(1);
});
