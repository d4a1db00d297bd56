import {expect, it} from 'vitest';
import {formatNagiosLine, formatNagiosUnknown} from '#dist/cli/text/nagios-line.js';
import type {StatusLevel, TaskStatus} from '#dist/tasks/status/status-report.js';
import {taskStatus} from '../../support/status-data.js';

function line(level: StatusLevel, ...tasks: readonly TaskStatus[]): string {
  return formatNagiosLine({
    schedules: [],
    goneTasks: [],
    remarks: [],
    configFile: 'nightly.conf',
    at: '2026-11-21T10:00:00.000Z',
    level,
    tasks,
  });
}

function problem(level: 'warning' | 'critical' | 'unknown', text: string): Partial<TaskStatus> {
  return {level, problems: [{kind: 'failed', level, text}], lastSuccess: undefined};
}

it('is good news with figures', () => {
  const limited = taskStatus('home', {warnAfterMs: 86_400_000, critAfterMs: 172_800_000});
  expect(line('ok', limited, taskStatus('old', {disabled: true}))).toBe(
    "BDSYNC OK - 1 task ok | 'home age'=28800s;86400;172800;0 'home duration'=15.5s;;;0 " +
      "'home differing'=5054464B;;;0;4294967296\n",
  );
});

it('has the worst first', () => {
  expect(
    line(
      'critical',
      taskStatus('fine', {lastSuccess: undefined}),
      taskStatus('a', problem('warning', 'old')),
      taskStatus('b', problem('unknown', 'who knows')),
      taskStatus('c', problem('critical', 'broken')),
    ),
  ).toBe('BDSYNC CRITICAL - 3 of 4 tasks: c: broken; b: who knows; a: old\n');
});

it('tells of a disabled task only what was left of it', () => {
  const old = taskStatus('old', {disabled: true, ...problem('critical', 'incomplete')});
  expect(line('critical', taskStatus('fine', {lastSuccess: undefined}), old)).toBe(
    'BDSYNC CRITICAL - 1 of 2 tasks: old: incomplete\n',
  );
  expect(line('critical', old)).toBe('BDSYNC CRITICAL - 1 of 1 task: old: incomplete\n');
});

it('is one line, without a bar and what ends a label, whatever names and messages are', () => {
  const strange = taskStatus("it's = a|b\n", {
    level: 'warning',
    problems: [{kind: 'failed', level: 'warning', text: 'x|y\nz\u001b'}],
  });
  expect(line('warning', strange)).toBe(
    "BDSYNC WARNING - 1 of 1 task: it's = a/b\\n: x/y\\nz\\x1b | 'it_s _ a/b\\n age'=28800s;;;0 " +
      "'it_s _ a/b\\n duration'=15.5s;;;0 'it_s _ a/b\\n differing'=5054464B;;;0;4294967296\n",
  );
});

it('leaves out an age that nobody knows', () => {
  const {lastSuccess} = taskStatus('home');
  const odd = taskStatus('home', {lastSuccess: lastSuccess && {...lastSuccess, ageMs: undefined}});
  expect(line('ok', odd)).not.toContain('age');
});

it('says that there is nothing', () => {
  expect(line('unknown')).toBe('BDSYNC UNKNOWN - no enabled task in nightly.conf\n');
});

it('tells what is unknown', () => {
  expect(formatNagiosUnknown(new Error('no | file\n'))).toBe('BDSYNC UNKNOWN - no / file\\n\n');
});
