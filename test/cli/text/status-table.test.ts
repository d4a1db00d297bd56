import {describe, expect, it} from 'vitest';
import {sparkline} from '#dist/cli/text/sparkline.js';
import {formatStatus} from '#dist/cli/text/status-table.js';
import type {StatusReport, TaskStatus} from '#dist/tasks/status/status-report.js';
import {taskStatus} from '../../support/status-data.js';

const FILE = {columns: Number.POSITIVE_INFINITY, hasColors: false, isTerminal: false, isUtf8: true};
const TERMINAL = {...FILE, columns: 100, isTerminal: true};

function report(...tasks: readonly TaskStatus[]): StatusReport {
  return {
    configFile: 'nightly.conf',
    at: '2026-11-21T10:00:00.000Z',
    level: 'ok',
    tasks,
    goneTasks: [],
    remarks: [],
    schedules: [],
  };
}

describe('a status', () => {
  it('tells what starts the next runs, and when', () => {
    const schedules = [
      {name: 'bdsync-manager.timer', tasks: [], nextAt: '2026-11-22T02:32:00.000Z'},
      {name: '/etc/cron.d/x', tasks: ['home', 'ma\u001bil'], nextAt: '2026-11-21T09:00:00.000Z'},
      {name: 'off.timer', tasks: ['home'], nextAt: undefined},
    ];
    const lines = formatStatus({...report(taskStatus('home', {warnAfterMs: 1})), schedules}, FILE).split('\n');
    expect(lines.slice(-4)).toEqual([
      'next run in 16h 32min, by bdsync-manager.timer: all tasks',
      String.raw`next run in 0s, by /etc/cron.d/x: home, ma\x1bil`,
      'no next run is known, by off.timer: home',
      '',
    ]);
  });

  it('is a row per task, and a line for each thing that is wrong', () => {
    const failed = taskStatus('mail', {
      level: 'critical',
      problems: [
        {kind: 'failed', level: 'critical', text: 'the last run failed'},
        {kind: 'overdue', level: 'warning', text: 'the last success is old\u001b[2J'},
      ],
      warnAfterMs: 1,
      lastRun: {
        purpose: 'run',
        outcome: 'failed',
        startedAt: undefined,
        endedAt: undefined,
        durationMs: undefined,
        failure: undefined,
      },
    });
    const fresh = taskStatus('new', {
      level: 'warning',
      problems: [{kind: 'never-run', level: 'warning', text: 'it has never run'}],
      lastSuccess: undefined,
      lastRun: undefined,
      trend: [],
    });
    const busy = taskStatus('busy', {underWaySince: '2026-11-21T09:00:00.000Z'});
    const old = taskStatus('old', {disabled: true});
    expect(formatStatus(report(taskStatus('home'), failed, fresh, busy, old), FILE).split('\n')).toEqual([
      'Task  State      Last success  Last run       Took  Differing  Share',
      '────  ─────────  ────────────  ────────  ─────────  ─────────  ─────',
      'home  ok          8h 0min ago  synced    0:00:15.5     4.8MiB  0.12%',
      'mail  failed      8h 0min ago  failed    0:00:15.5     4.8MiB  0.12%',
      'new   never run         never  -                 -          -      -',
      'busy  under way   8h 0min ago  synced    0:00:15.5     4.8MiB  0.12%',
      'old   disabled    8h 0min ago  synced    0:00:15.5     4.8MiB  0.12%',
      'mail: the last run failed',
      'mail: the last success is old\\x1b[2J',
      'new: it has never run',
      'never overdue, without warn_after and crit_after: home, new, busy',
      '',
    ]);
  });

  it('has a trend on a terminal with UTF-8', () => {
    const text = formatStatus(report(taskStatus('home')), TERMINAL);
    expect(text).toContain('Trend');
    expect(text).toContain('▁▂█▄');
    for (const screen of [FILE, {...TERMINAL, isUtf8: false}]) {
      expect(formatStatus(report(taskStatus('home')), screen)).not.toContain('Trend');
    }
  });

  it('fits a narrow terminal', () => {
    const text = formatStatus(report(taskStatus('a'.repeat(80))), {...TERMINAL, columns: 100});
    const [table = ''] = text.split('never overdue');
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('never calls a comparison, or a time to come, a success', () => {
    const lastRun = {
      purpose: 'verify',
      outcome: 'failed',
      startedAt: undefined,
      endedAt: undefined,
      durationMs: undefined,
      failure: undefined,
    } as const;
    const success = taskStatus('x').lastSuccess;
    const odd = taskStatus('home', {lastRun, lastSuccess: success && {...success, ageMs: undefined}, warnAfterMs: 1});
    expect(formatStatus(report(odd), FILE)).toMatch(/^home +ok +to come +verify: failed /m);
  });

  it('tells once where was looked', () => {
    const text = formatStatus({...report(taskStatus('a'), taskStatus('b')), remarks: ['no run\n']}, FILE);
    expect(text.split('\n').filter((line) => line === 'no run\\n')).toHaveLength(1);
  });

  it('of no enabled task says so', () => {
    const nothing = 'no enabled task in nightly.conf: nothing is copied\n';
    expect(formatStatus(report(), FILE)).toBe(nothing);
    const old = formatStatus(report(taskStatus('old', {disabled: true})), FILE);
    expect(old).toMatch(/^old +disabled /m);
    const problems = [{kind: 'incomplete', level: 'critical', text: 'half of it'}] as const;
    const half = formatStatus(report(taskStatus('old', {disabled: true, level: 'critical', problems})), FILE);
    expect(half).toMatch(/^old +disabled, incomplete [^]*^old: half of it$/m);
    expect(old.endsWith(`\n${nothing}`)).toBe(true);
  });
});

describe('a sparkline', () => {
  it.each([
    [[], ''],
    [[0, 0], '▁▁'],
    [[0, 1, 1000, 500], '▁▂█▅'],
    [[7], '█'],
  ])('of %j is %s', (amounts, expected) => {
    expect(sparkline(amounts)).toBe(expected);
  });
});
