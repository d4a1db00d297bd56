import {expect, test} from 'vitest';
import {formatFailure} from '#dist/tasks/failure-text.js';
import {formatLogLine} from '#dist/cli/screen/log-printer.js';
import {failure} from '../support/report-data.js';

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

test.for([
  ['ssh: connect to host 127.0.0.1 port 22: Connection refused', true],
  ['connect to host 127.0.0.1 port 22: Connection refused.', true],
  ['ssh: connect to host 127.0.0.1 port 22: Connection refused by the firewall', false],
  ['ssh: a warning of something else', false],
] as const)('last words that the message has already are left out: %s', ([line, isLeftOut]) => {
  const message = 'ssh backup@store: connect to host 127.0.0.1 port 22: Connection refused';
  const text = formatFailure(failure({message, errorLines: ['Pseudo-terminal refused', line]}));
  expect(text.split('\n').filter((each) => each.startsWith('|'))).toEqual(
    isLeftOut ? ['| Pseudo-terminal refused'] : ['| Pseudo-terminal refused', `| ${line}`],
  );
});

test('without last words and remedy it is one line', () => {
  const text = formatFailure(failure({message: 'permission denied: /dev/sda', hint: undefined, errorLines: []}));
  expect(text).toBe('generate: permission denied: /dev/sda');
});

const TARGET = {host: 'ssh backup@store', path: '/srv/home.img'};

test.for([
  ['untouched', '/srv/home.img on ssh backup@store was not touched'],
  ['created', '/srv/home.img on ssh backup@store was created by this run and holds no data yet'],
  [
    'recovered',
    'what an interrupted run had begun on /srv/home.img on ssh backup@store was finished or undone; this run wrote nothing else to it',
  ],
  ['undone', '/srv/home.img on ssh backup@store is as it was: what this run had written was undone'],
  ['partly-written', '/srv/home.img on ssh backup@store may be partly written; the next run completes it'],
  ['complete', '/srv/home.img on ssh backup@store is up to date: what failed came after that'],
] as const)('it says how the target is left: %s', ([state, text]) => {
  const lines = formatFailure(failure({target: {...TARGET, state}})).split('\n');
  expect(lines.at(-2)).toBe(`target: ${text}`);
  expect(lines.at(-1)).toMatch(/^hint: /);
});

test('of a target that nobody would think to be written it says nothing', () => {
  for (const stage of ['configuration', 'lock', 'check target'] as const) {
    const text = formatFailure(failure({stage, target: {...TARGET, state: 'untouched'}}));
    expect(text).not.toContain('\ntarget:');
  }
  expect(formatFailure(failure({stage: 'create target', target: {...TARGET, state: 'created'}}))).toContain(
    '\ntarget:',
  );
});

test('what clean-up met on top has its lines', () => {
  const text = formatFailure(failure({cleanUpFailures: ['cannot remove the snapshot vg0/snap']}));
  expect(text).toContain('\nclean-up failed, too: cannot remove the snapshot vg0/snap\nhint: ');
});

test('the other end cannot write log lines of its own, nor steer the terminal', () => {
  const text = formatFailure(failure({errorLines: ['\u001b[2Jgone\n[Task home] INFO: all is well']}));
  const printed = formatLogLine('error', 'home', text);
  expect(printed).not.toContain('\u001b');
  expect(printed.split('\n').filter((line) => line.startsWith('[Task'))).toHaveLength(1);
});
