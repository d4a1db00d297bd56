import {expect, it} from 'vitest';
import {formatMetrics} from '#dist/tasks/metrics/metrics-text.js';
import type {TaskStatus} from '#dist/tasks/status/status-report.js';
import {taskStatus} from '../../support/status-data.js';

const NEVER: Partial<TaskStatus> = {lastSuccess: undefined, lastRun: undefined, trend: []};

function lines(...tasks: readonly TaskStatus[]): string[] {
  return formatMetrics({tasks}, '/etc/x.conf', '0.5.0').split('\n');
}

/** Values by what stands before them, without the configuration. */
function samples(...tasks: readonly TaskStatus[]): Record<string, string> {
  const told = lines(...tasks).filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    told.map((line) => [
      line.slice('bdsync_manager_'.length, line.lastIndexOf(' ')).replace('config="/etc/x.conf",', ''),
      line.slice(line.lastIndexOf(' ') + 1),
    ]),
  );
}

it('has the figures of a task, in seconds and bytes', () => {
  const task = taskStatus('home', {
    warnAfterMs: 93_600_000,
    critAfterMs: 172_800_500,
    lastVerified: {endedAt: '2026-11-20T02:00:00.000Z', ageMs: 1, samplePercent: undefined},
    problems: [
      {kind: 'incomplete', level: 'critical', text: ''},
      {kind: 'left-over', level: 'warning', text: ''},
      {kind: 'left-over', level: 'warning', text: ''},
    ],
  });
  expect(samples(task)).toEqual({
    'build_info{version="0.5.0"}': '1',
    'task_enabled{task="home"}': '1',
    'last_success_timestamp_seconds{task="home"}': '1795226400',
    'last_success_duration_seconds{task="home"}': '15.5',
    'last_success_source_bytes{task="home"}': '4294967296',
    'last_success_differing_bytes{task="home"}': '5054464',
    'last_success_sent_bytes{task="home"}': '5100000',
    'last_success_received_bytes{task="home"}': '33554432',
    'last_verified_timestamp_seconds{task="home"}': '1795140000',
    'last_run_timestamp_seconds{task="home"}': '1795226400',
    'last_run_duration_seconds{task="home"}': '15.5',
    'last_run_outcome{task="home",outcome="synced"}': '1',
    'last_run_outcome{task="home",outcome="verified"}': '0',
    'last_run_outcome{task="home",outcome="failed"}': '0',
    'last_run_outcome{task="home",outcome="cancelled"}': '0',
    'last_run_outcome{task="home",outcome="skipped"}': '0',
    'last_run_outcome{task="home",outcome="did-not-end"}': '0',
    'last_run_outcome{task="home",outcome="unknown"}': '0',
    'target_incomplete{task="home"}': '1',
    'left_over{task="home"}': '2',
    'warn_after_seconds{task="home"}': '93600',
    'crit_after_seconds{task="home"}': '172800.5',
  });
});

it('says of a task that never succeeded that it did so at 0, and of what is not known nothing', () => {
  expect(samples(taskStatus('new', NEVER), taskStatus('old', {...NEVER, disabled: true}))).toEqual({
    'build_info{version="0.5.0"}': '1',
    'task_enabled{task="new"}': '1',
    'task_enabled{task="old"}': '0',
    'last_success_timestamp_seconds{task="new"}': '0',
    'last_success_timestamp_seconds{task="old"}': '0',
    'target_incomplete{task="new"}': '0',
    'target_incomplete{task="old"}': '0',
    'left_over{task="new"}': '0',
    'left_over{task="old"}': '0',
  });
});

it('has no limits of a disabled task, which nobody runs: it is never too late', () => {
  const limits = {warnAfterMs: 1000, critAfterMs: 2000};
  const text = lines(taskStatus('old', {...limits, disabled: true}), taskStatus('home', limits)).join('\n');
  expect(text.match(/^bdsync_manager_(?:warn|crit)_after_seconds.*$/gm)).toEqual([
    'bdsync_manager_warn_after_seconds{config="/etc/x.conf",task="home"} 1',
    'bdsync_manager_crit_after_seconds{config="/etc/x.conf",task="home"} 2',
  ]);
});

it('tells of each name once what it is, right before all its samples, and ends with a line feed', () => {
  const text = lines(taskStatus('a'), taskStatus('b'));
  expect(text.at(-1)).toBe('');
  const told = text.slice(0, -1).map((line) => /^(?:# (?:HELP|TYPE) )?(\w+)/.exec(line)?.[1]);
  const names = told.filter((name, index) => name !== told[index - 1]);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    const first = told.indexOf(name);
    expect(text[first]).toMatch(new RegExp(`^# HELP ${name} [A-Z].*\\.$`));
    expect(text[first + 1]).toBe(`# TYPE ${name} gauge`);
  }
});

it('escapes what names of tasks and files have', () => {
  const text = formatMetrics({tasks: [taskStatus('a"b\\c\nd', NEVER)]}, '/e"\n', '0.5.0');
  expect(text).toContain('bdsync_manager_task_enabled{config="/e\\"\\n",task="a\\"b\\\\c\\nd"} 1\n');
});
