import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import type {ConfiguredTask} from '#dist/tasks/config/configuration.js';
import {notifyConfig} from '#dist/tasks/config/notify-config.js';
import type {RunOptions} from '#dist/tasks/run.js';
import type {RunReport, TaskReport} from '#dist/tasks/report.js';
import {NO_TASKS, runCli} from '../support/cli-world.js';
import {failedTask, figures, plannedTask, runReport, skippedTask, syncedTask} from '../support/report-data.js';

/** A run that tells what runs tell, and ends with these reports. */
function telling(...reports: readonly TaskReport[]) {
  return async ({onEvent}: RunOptions): Promise<RunReport> => {
    for (const [index, report] of reports.entries()) {
      const {task} = report;
      onEvent({kind: 'task-started', task, index, total: reports.length});
      onEvent({kind: 'stage', task, stage: 'generate'});
      onEvent({kind: 'log', task, level: 'info', message: 'starting bdsync'});
      const progress = {doneBytes: 50, totalBytes: 100, patchBytes: 0, sentBytes: 0, receivedBytes: 0};
      onEvent({kind: 'progress', task, progress: {stage: 'generate', ...progress}});
      onEvent({kind: 'task-ended', report});
    }
    return runReport(reports);
  };
}

const NOTE = 'the far end is native: no lock on the target';
const ENABLED: ConfiguredTask[] = [
  {name: 'home', line: 1, state: 'invalid', disabled: false, notify: notifyConfig({}), errors: [], warnings: []},
];
const configuration = {...NO_TASKS, tasks: ENABLED};

test('under cron a run that succeeds prints nothing at all', async () => {
  const outcome = await runCli([], {configuration, run: telling(syncedTask('home', {}, [NOTE]))});
  expect(outcome).toMatchObject({status: 0, stdout: '', stderr: ''});
});

test('under cron a failure is all that is printed', async () => {
  const run = telling(syncedTask('home'), failedTask('mail'));
  const {status, stdout, stderr} = await runCli([], {configuration, run});
  expect({status, stdout}).toEqual({status: 3, stdout: ''});
  expect(stderr).toMatch(/^\[Task mail\] ERROR: generate: no program 'bdsync' on ssh backup@store\n {4}\| bash/);
});

test('at info the figures and notes are lines', async () => {
  const run = telling(syncedTask('home', {}, [NOTE]));
  const {stdout, stderr} = await runCli(['--log-level', 'info'], {configuration, run});
  expect(stdout).toBe('');
  expect(stderr).toContain('[Task home] INFO: Patch Size: 4.8MiB\n');
  expect(stderr).toContain(`[Task home] INFO: ${NOTE}\n`);
  expect(stderr).not.toContain('DEBUG');
});

test('--progress prints lines where there is no terminal', async () => {
  const {stdout, stderr} = await runCli(['--progress'], {configuration, run: telling(syncedTask('home'))});
  expect({stdout, stderr}).toEqual({stdout: '', stderr: '[Task home] PROGRESS: generate 50.0% of 100B\n'});
});

test('a terminal sees progress, and the table at the end', async () => {
  const run = telling(syncedTask('home'));
  const {stdout, stderr} = await runCli([], {configuration, run, isTerminal: true});
  expect(stderr).toBe('\r\u001b[Khome: generate 50.0% of 100B\r\u001b[K');
  expect(stdout).toMatch(/^Task +home\n/);
});

test('--json prints one document, on a terminal as well', async () => {
  const run = telling(syncedTask('home', {differingBlocks: undefined}), failedTask('mail'));
  const {status, stdout, stderr} = await runCli(['--json'], {configuration, run, isTerminal: true});
  expect(status).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    configFile: '/etc/bdsync-manager.conf',
    tasks: [
      {task: 'home', state: 'synced', figures: {differingBlocks: null, timesMs: {total: 15_500}}},
      {task: 'mail', state: 'failed', failure: {code: 'command-not-found', cancelled: false}},
    ],
  });
  expect(stderr).toContain('[Task mail] ERROR:');
});

test('a dry run prints its plans wherever it runs', async () => {
  const run = telling(plannedTask('home', {}, figures()));
  const piped = await runCli(['--dry-run'], {configuration, run});
  expect(piped.stdout).toMatch(/^home\n {2}source +\/dev\/vg0\/home\n/);
  expect(piped.stdout).not.toContain('Task ');
  const seen = await runCli(['--dry-run'], {configuration, run, isTerminal: true});
  expect(seen.stdout).toContain('would change   4.8MiB');
  expect(seen.stdout).toMatch(/\n\nTask +home\n/);
});

test('no enabled task is worth a warning', async () => {
  const run = telling(skippedTask('old', 'disabled'));
  const warning = 'WARNING: no enabled task in nightly.conf\n';
  expect(await runCli(['--config', 'nightly.conf'])).toMatchObject({status: 0, stdout: '', stderr: warning});
  expect(await runCli(['--config', 'nightly.conf'], {configuration, run})).toMatchObject({stderr: warning});
  expect(await runCli(['--config', 'nightly.conf', '--task', 'old'], {configuration, run})).toMatchObject({stderr: ''});
});

test('disabled tasks among others are not worth a line', async () => {
  const run = telling(skippedTask('old', 'disabled'), syncedTask('home'));
  expect(await runCli([], {configuration, run})).toMatchObject({status: 0, stdout: '', stderr: ''});
});

test('a run warns of likely misspellings only', async () => {
  const warning = {hint: 'did you mean source_path?', file: 'nightly.conf', line: 2, section: 'home', key: 'x'};
  const task: ConfiguredTask = {
    name: 'home',
    line: 1,
    state: 'invalid',
    disabled: false,
    notify: notifyConfig({}),
    errors: [],
    warnings: [
      {...warning, message: 'nightly.conf:2: [home] sorce_path: unknown', likelyMistake: true},
      {...warning, message: 'nightly.conf:3: [home] mine: unknown', likelyMistake: false},
    ],
  };
  const warnings = [
    {...warning, section: 'DEFAULT', message: 'nightly.conf:8: [DEFAULT] stat_dir: unknown', likelyMistake: true},
  ];
  const {stderr} = await runCli([], {
    configuration: {...NO_TASKS, warnings, tasks: [task]},
    run: telling(syncedTask('home')),
  });
  expect(stderr).toBe(
    'WARNING: nightly.conf:8: [DEFAULT] stat_dir: unknown\n    hint: did you mean source_path?\n' +
      '[Task home] WARNING: nightly.conf:2: [home] sorce_path: unknown\n    hint: did you mean source_path?\n',
  );
});

test('check prints its findings, and ends with what they mean', async () => {
  const found = {disabled: false, configErrors: [], warnings: [], facts: []};
  const checkReport = {
    configFile: 'nightly.conf',
    warnings: [],
    tasks: [{task: 'home', ...found, unmetNeeds: [{message: 'no such file: /a', hint: undefined}]}],
  };
  expect(await runCli(['check'], {checkReport})).toMatchObject({
    status: 3,
    stdout: 'home: not ready\n  unmet need: no such file: /a\n',
  });
  const {stdout} = await runCli(['check', '--json'], {checkReport});
  expect(JSON.parse(stdout)).toMatchObject({tasks: [{task: 'home', unmetNeeds: [{hint: null}]}]});
});

test('a signal during a run is status 4, whatever was done until then', async () => {
  const signals = new EventEmitter();
  const run = async ({signal}: RunOptions): Promise<RunReport> => {
    signals.emit('SIGTERM', 'SIGTERM');
    expect(signal.aborted).toBe(true);
    return runReport([syncedTask('home')]);
  };
  const {status, stderr} = await runCli([], {configuration, run}, signals);
  expect(status).toBe(4);
  expect(stderr).toBe('WARNING: SIGTERM: stopping; what was started is ended and cleaned up\n');
  expect(signals.eventNames()).toEqual([]);
});

test('a defect shows its stack', async () => {
  const {status, stderr} = await runCli([], {
    configuration,
    run: async () => {
      throw new TypeError('x is not a function');
    },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^bdsync-manager: TypeError: x is not a function\n +at /);
});
