import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {watchStatus} from '#dist/cli/manager/watch-status.js';
import {ConfigError} from '#dist/tasks/config/config-error.js';
import type {StatusLevel, StatusReport} from '#dist/tasks/status/status-report.js';
import {NO_TASKS, runCli} from '../../support/cli-world.js';
import {recordedScreen} from '../../support/recorded-screen.js';
import {taskStatus} from '../../support/status-data.js';
import {until} from '../../support/until.js';

function statusOf(level: StatusLevel, changes: Partial<StatusReport> = {}) {
  const report = {
    configFile: 'nightly.conf',
    at: '2026-11-21T10:00:00.000Z',
    level,
    tasks: [taskStatus('home')],
    goneTasks: [],
    remarks: [],
    schedules: [],
  };
  return async (): Promise<StatusReport> => ({...report, ...changes});
}

async function unreadable(): Promise<never> {
  throw new ConfigError('config-unreadable', 'cannot read the configuration x', {});
}

test('asks for what the words say', async () => {
  const {statusRequests, configFiles} = await runCli(['status', 'home', 'vms/vm-1', '--config', 'nightly.conf']);
  expect(configFiles).toEqual(['nightly.conf']);
  expect(statusRequests).toMatchObject([{configuration: NO_TASKS, names: ['home', 'vms/vm-1']}]);
});

test.each([
  ['ok', 0, 0],
  ['warning', 3, 1],
  ['critical', 3, 2],
  ['unknown', 3, 3],
] as const)('what is %s ends with %i, and with %i for Nagios', async (level, expected, forNagios) => {
  expect(await runCli(['status'], {status: statusOf(level)})).toMatchObject({status: expected, stderr: ''});
  const {status, stdout} = await runCli(['status', '--nagios'], {status: statusOf(level)});
  expect(status).toBe(forNagios);
  expect(stdout).toMatch(new RegExp(`^BDSYNC ${level.toUpperCase()} - .*\n$`));
});

test('for Nagios, a configuration that cannot be read is unknown, and told on standard output', async () => {
  expect(await runCli(['status', '--nagios'], {load: unreadable})).toMatchObject({
    status: 3,
    stdout: 'BDSYNC UNKNOWN - cannot read the configuration x\n',
    stderr: '',
  });
  expect(await runCli(['status'], {load: unreadable})).toMatchObject({status: 2, stdout: ''});
});

test.for([
  [['status', '--nagios', '--bogus'], "unknown option '--bogus'"],
  [['--config', 'x.conf', 'status', '--nagios', '--interval', 'often'], "option '--interval <time>' argument 'often'"],
  [['status', '--watch', '--nagios'], "option '--watch' cannot be used with option '--nagios'"],
  [['status', '--json', '--nagios'], "option '--json' cannot be used with option '--nagios'"],
] as const)(
  'for Nagios, a wrong command line is unknown, and told on standard output: %j',
  async ([words, message]) => {
    const {status, stdout, stderr} = await runCli(words);
    expect({status, stderr}).toEqual({status: 3, stderr: ''});
    expect(stdout).toMatch(/^BDSYNC UNKNOWN - .*\n$/);
    expect(stdout).toContain(message);
  },
);

test('a wrong command line that does not ask for Nagios is told as all others are', async () => {
  for (const words of [
    ['status', '--bogus', '--', '--nagios'],
    ['run', '--nagios'],
  ]) {
    expect(await runCli(words)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('unknown option'),
    });
  }
});

test('the help of status is no failure for Nagios', async () => {
  expect(await runCli(['status', '--nagios', '--help'])).toMatchObject({status: 0, stderr: ''});
});

test('--json prints the whole report', async () => {
  const {stdout} = await runCli(['status', '--json'], {status: statusOf('ok')});
  expect(JSON.parse(stdout)).toMatchObject({
    configFile: 'nightly.conf',
    level: 'ok',
    tasks: [
      {task: 'home', underWaySince: null, lastSuccess: {ageMs: 28_800_000}, trend: [0, 100_000, 9_000_000, 4_000_000]},
    ],
  });
});

test.for([[['--watch', '--json']], [['--interval', '0']], [['--interval', 'often']], [['--watch']]])(
  'refuses %j',
  async ([words]) => {
    const {status, stdout, stderr} = await runCli(['status', ...(words ?? [])]);
    expect({status, stdout}).toEqual({status: 2, stdout: ''});
    expect(stderr).toMatch(/--(watch|json|interval)/);
  },
);

test.each([
  ['SIGINT', 0],
  ['SIGTERM', 4],
] as const)('--watch draws again and again until %s, which ends it with %i', async (signal, expected) => {
  const signals = new EventEmitter();
  let looks = 0;
  const outcome = runCli(
    ['status', '--watch', '--interval', '1'],
    {
      isTerminal: true,
      status: async () => {
        looks += 1;
        return await statusOf('critical')();
      },
    },
    signals,
  );
  await until('two looks', () => looks >= 2);
  signals.emit(signal, signal);
  const {status, stdout: text} = await outcome;
  expect(status).toBe(expected);
  expect(text.split('\u001b[H\u001b[2J')).toHaveLength(looks + 1);
  expect(text).toContain('every 1 s; end with Ctrl-C\n\nTask');
  expect(signals.eventNames()).toEqual([]);
});

test('--watch ends at once, and tells no failure, when the signal comes during a look', async () => {
  const signals = new EventEmitter();
  const screen = recordedScreen({isTerminal: true});
  const watching = watchStatus({
    screen,
    signals,
    intervalMs: 60_000,
    look: async (signal) => {
      signals.emit('SIGINT', 'SIGINT');
      signal.throwIfAborted();
      throw new Error('not reached');
    },
  });
  expect(await watching).toBe('SIGINT');
  expect(screen.text()).toBe('');
});

test('--watch shows the first lines of what is too long for the terminal', async () => {
  const signals = new EventEmitter();
  const screen = recordedScreen({isTerminal: true, rows: 10});
  const tasks = Array.from({length: 30}, (_, index) => taskStatus(`task ${index}`));
  const watching = watchStatus({screen, signals, intervalMs: 60_000, look: statusOf('ok', {tasks})});
  await until('a look', () => screen.text() !== '');
  signals.emit('SIGINT', 'SIGINT');
  await watching;
  const lines = screen.text().trimEnd().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toMatch(/^… \d+ more lines$/);
});

test('a failure to look ends the watch with its message', async () => {
  expect(await runCli(['status', '--watch'], {isTerminal: true, status: unreadable})).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('cannot read the configuration x'),
  });
});
