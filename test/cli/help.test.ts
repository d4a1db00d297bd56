import {describe, expect, test} from 'vitest';
import {TASK_KEYS} from '#dist/tasks/config/task-keys.js';
import {runCli} from '../support/cli-world.js';

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  completion: [],
  init: [
    '--config',
    '--source',
    '--target',
    '--task',
    '--connection-command',
    '--snapshot',
    '--target-patch-dir',
    '--create-target-if-missing',
    '--grow-target',
    '--bdsync-args',
    '--yes',
  ],
  run: ['--config', '--task', '--dry-run', '--wait', '--json', '--progress', '--log-level'],
  list: ['--config', '--json', '--log-level'],
  check: ['--config', '--task', '--json', '--log-level'],
  status: ['--config', '--task', '--nagios', '--watch', '--interval', '--json', '--log-level'],
  log: ['--config', '--task', '--since', '--failed', '--limit', '--sync', '--json', '--log-level'],
  snapshots: ['--config', '--task', '--clean', '--json', '--log-level'],
  recover: ['--config', '--task', '--rollback', '--json', '--log-level'],
  install: [
    '--config',
    '--task',
    '--on-calendar',
    '--randomized-delay',
    '--at',
    '--user',
    '--print',
    '--name',
    '--root',
    '--yes',
  ],
  uninstall: ['--name', '--root', '--yes'],
  sync: ['--dry-run', '--wait', '--json', '--progress', '--log-level'],
};

describe.each(Object.entries(OPTIONS))('%s --help', (command, options) => {
  test('tells every option, examples and what the exit status means', async () => {
    const {status, stdout, stderr} = await runCli([command, '--help']);
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
    for (const option of options) expect(stdout).toMatch(new RegExp(`^  ${option}\\b`, 'm'));
    expect(stdout).toMatch(/\nEXAMPLES\n {2}bdsync-manager/);
    expect(stdout).toMatch(/\nEXIT STATUS\n {2}0 {2}success\n/);
  });

  test('is the same as help COMMAND, and asking twice changes nothing', async () => {
    const {stdout} = await runCli([command, '--help']);
    expect((await runCli(['help', command])).stdout).toBe(stdout);
    expect((await runCli(['--help', command])).stdout).toBe(stdout);
  });

  test.for([72, 80, 120])('fits %i columns, examples apart', async (columns) => {
    const {stdout} = await runCli([command, '--help'], {isTerminal: true, columns});
    const described = stdout.slice(0, stdout.indexOf('\nEXAMPLES'));
    expect(Math.max(...described.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  });
});

test.for([
  [
    'install',
    [
      'daily 02:30',
      '15m',
      '30 2 * * *',
      'root',
      '/etc/bdsync-manager.conf',
      'all enabled tasks, in the order of the file',
    ],
  ],
  ['init', ['as the source is called', '10%ORIGIN', 'none, but writing in place']],
] as const)('%s --help tells the defaults', async ([command, defaults]) => {
  const {stdout} = await runCli([command, '--help']);
  const words = stdout.replaceAll(/\s+/g, ' ');
  for (const text of defaults) expect(words.replaceAll('"', '')).toContain(`default: ${text}`);
});

test('uninstall --help speaks of removing', async () => {
  const {stdout} = await runCli(['uninstall', '--help']);
  expect(stdout).toContain('remove below this folder');
  expect(stdout).not.toContain('write below');
});

test('the help of the program names the commands, and the options of run, which is the default', async () => {
  const {status, stdout} = await runCli(['--help']);
  expect(status).toBe(0);
  for (const command of Object.keys(OPTIONS)) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  for (const option of [...(OPTIONS['run'] ?? []), '--version', '-h, --help']) expect(stdout).toContain(`  ${option}`);
  expect(stdout).toContain('\nEXIT STATUS\n');
});

test('sync has an option for every key of a task but those that its arguments give, or that are for many volumes', async () => {
  const {stdout} = await runCli(['sync', '--help']);
  for (const {name} of TASK_KEYS) {
    const isGivenOtherwise = ['source_path', 'target_path', 'disabled'].includes(name);
    const isForMany = [
      'source_include',
      'source_exclude',
      'lvm_snapshot_together',
      'warn_after',
      'crit_after',
      'metrics_file',
    ].includes(name);
    const hasOption = !isGivenOtherwise && !isForMany;
    expect(new RegExp(`^  --${name.replaceAll('_', '-')}\\b`, 'm').test(stdout), name).toBe(hasOption);
  }
});
