import {mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readHistory} from '#dist/tasks/history/read-history.js';
import type {RunRecord} from '#dist/tasks/history/run-record.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {writePair} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC_MANAGER, runProgram, startProgram} from '../support/spawn-program.js';
import {syncImages} from '../support/sync-images.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

interface Site {
  readonly folder: string;
  readonly config: string;
  readonly records: (task?: string) => Promise<readonly RunRecord[]>;
}

/** A configuration with the task `home`, 300 000 bytes with 20 edits, and other sections. */
async function site(
  home: Record<string, string> = {},
  others: Record<string, Record<string, string>> = {},
): Promise<Site> {
  const folder = await temporaryFolder();
  await writePair(join(folder, 's.img'), join(folder, 't.img'), 300_000, 20);
  const stateDir = join(folder, 'state');
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    home: {
      source_path: join(folder, 's.img'),
      target_path: join(folder, 't.img'),
      apply_patch_in_place: 'yes',
      state_dir: stateDir,
      ...home,
    },
    ...others,
  });
  return {
    folder,
    config,
    records: async (task = 'home') => (await readHistory(stateDir, taskId(task, config))).records,
  };
}

describe('a run is remembered', () => {
  it('with its start, its end and its figures', async () => {
    const {folder, config, records} = await site({verify_after: 'yes'});
    const result = await runProgram(BDSYNC_MANAGER, ['--config', config, '--json']);
    const report = taskReportOf(result);
    const [started, ended] = await records();
    const ends = {source: join(folder, 's.img'), target: {host: 'this machine', path: join(folder, 't.img')}};
    expect(started).toMatchObject({kind: 'started', task: 'home', origin: config, purpose: 'run', ...ends});
    expect(ended).toMatchObject(ends);
    expect(ended).toMatchObject({
      kind: 'ended',
      run: started?.run,
      outcome: 'synced',
      endedAt: report.endedAt,
      figures: {sourceBytes: 300_000, proof: {kind: 'in-place'}, timesMs: {total: expect.any(Number)}},
      verification: {method: 'bytes', differingBytes: 0},
      notes: report.notes,
    });
    const status = await runProgram(BDSYNC_MANAGER, ['status', '--config', config]);
    expect(status).toMatchObject({status: 0, stdout: expect.stringMatching(/^home +ok +\d+s ago +synced /m)});
    const nagios = await runProgram(BDSYNC_MANAGER, ['status', '--config', config, '--nagios']);
    expect(nagios).toMatchObject({status: 0, stdout: expect.stringMatching(/^BDSYNC OK - 1 task ok \| 'home age'=/)});
    if (report.state !== 'synced') throw new Error(result.stderr);
    expect(report.figures.differingBytes).toBeGreaterThan(0);
    expect(ended).toMatchObject({figures: {differingBytes: report.figures.differingBytes}});
  });

  it('as one of its source and its target, which is no success of others', async () => {
    const {folder, config} = await site();
    expect(await runProgram(BDSYNC_MANAGER, ['--config', config])).toMatchObject({status: 0});
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace(join(folder, 't.img'), join(folder, 'missing.img')));
    expect(await runProgram(BDSYNC_MANAGER, ['status', '--config', config])).toMatchObject({
      status: 3,
      stdout: expect.stringContaining(
        `home: its target was changed since the last success: ${join(folder, 't.img')} on this machine before\n`,
      ),
    });
    await writeFile(config, text);
    expect(await runProgram(BDSYNC_MANAGER, ['status', '--config', config])).toMatchObject({status: 0});
  });

  it('when it fails, when it is cancelled, when it only compares; not when it is a rehearsal or disabled', async () => {
    const {folder, config, records} = await site({}, {broken: {state_dir: '~/nowhere'}});
    const run = async (...words: string[]) =>
      await runProgram(BDSYNC_MANAGER, [...words, '--config', config, '--task', 'home']);
    await run('verify');
    await run('run', '--dry-run');
    await run('run');
    await run('verify');
    await writeFile(join(folder, 's.img'), '');
    await run('run');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('[home]', '[home]\ndisabled = yes'));
    await run('run');
    await writeFile(config, text.replace('source_path', 'source_pat'));
    await run('run');
    const ends = (await records()).filter((record) => record.kind === 'ended');
    expect(ends.map(({purpose, outcome, failure}) => [purpose, outcome, failure?.code])).toEqual([
      ['verify', 'failed', 'verify-failed'],
      ['run', 'synced', undefined],
      ['verify', 'verified', undefined],
      ['run', 'failed', expect.any(String)],
      ['run', 'failed', 'config-missing-key'],
    ]);
  });

  it('by sync, apart from what configurations have', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 300_000, 20);
    await syncImages(folder, join(folder, 't.img'));
    const name = `${join(folder, 's.img')} to ${join(folder, 't.img')}`;
    const {records} = await readHistory(join(folder, 'state'), taskId(name, 'command line'));
    expect(records.map(({kind, origin}) => `${kind} ${origin}`)).toEqual([
      'started command line',
      'ended command line',
    ]);
  });

  it('apart from a task of the same name in another configuration with the same state folder', async () => {
    const {folder, config, records} = await site();
    const other = join(folder, 'other.conf');
    await writeFile(other, await readFile(config));
    await runProgram(BDSYNC_MANAGER, ['--config', config]);
    await runProgram(BDSYNC_MANAGER, ['--config', other]);
    expect(await records()).toHaveLength(2);
    expect((await readHistory(join(folder, 'state'), taskId('home', other))).records).toHaveLength(2);
  });

  it('with a start alone when it is killed', async () => {
    const {config, records} = await site({connection_command: 'sleep 60 --', connection_quoting: 'none'});
    const run = startProgram(BDSYNC_MANAGER, ['--config', config]);
    await until('the start of the run', async () => (await records()).length > 0);
    run.child.kill('SIGKILL');
    await run.result;
    expect((await records()).map(({kind}) => kind)).toEqual(['started']);
    const status = await runProgram(BDSYNC_MANAGER, ['status', '--config', config]);
    expect(status).toMatchObject({status: 3, stderr: ''});
    expect(status.stdout).toMatch(/^home +did not end +never +did not end/m);
    const log = await runProgram(BDSYNC_MANAGER, ['log', '--config', config]);
    expect(log).toMatchObject({status: 0, stdout: expect.stringMatching(/home +run +did not end/)});
  });

  it('as cancelled when it is told to stop, and so is what was still to come', async () => {
    const slow = {connection_command: 'sleep 60', connection_quoting: 'none'};
    const {folder, config, records} = await site(slow);
    const later = {source_path: join(folder, 's.img'), target_path: join(folder, 'u.img'), apply_patch_in_place: 'yes'};
    await writeFile(
      config,
      `${await readFile(config, 'utf8')}\n[DEFAULT]\nstate_dir = ${join(folder, 'state')}\n[later]\n${Object.entries(
        later,
      )
        .map(([key, value]) => `${key} = ${value}\n`)
        .join('')}`,
    );
    const run = startProgram(BDSYNC_MANAGER, ['--config', config, '--log-level', 'debug']);
    await run.untilStderr(/check target/);
    run.child.kill('SIGTERM');
    expect((await run.result).status).toBe(4);
    expect((await records()).at(-1)).toMatchObject({kind: 'ended', outcome: 'cancelled', failure: {code: 'cancelled'}});
    expect(await records('later')).toMatchObject([
      {kind: 'ended', outcome: 'skipped', notes: ['the run was cancelled']},
    ]);
  });
});

it('figures for Prometheus are written after each run, and tell of tasks that did not run', async () => {
  const folder = await temporaryFolder();
  const figures = join(folder, 'bdsync.prom');
  const {config} = await site(
    {metrics_file: figures},
    {mail: {source_path: '/s', target_path: '/t', apply_patch_in_place: 'yes', metrics_file: figures}},
  );
  await runProgram(BDSYNC_MANAGER, ['--config', config, '--task', 'home', '--dry-run']);
  expect(await readdir(folder)).toEqual([]);
  expect(await runProgram(BDSYNC_MANAGER, ['--config', config, '--task', 'home'])).toMatchObject({
    status: 0,
    stderr: '',
  });
  const text = await readFile(figures, 'utf8');
  expect(text).toMatch(/_last_success_timestamp_seconds\{config=".*",task="home"\} [1-9]\d{9}/);
  expect(text).toMatch(/_last_success_timestamp_seconds\{config=".*",task="mail"\} 0\n/);
  await writeFile(config, (await readFile(config, 'utf8')).replace('target_path', 'target_path = /none\ntarget_pat'));
  await runProgram(BDSYNC_MANAGER, ['verify', '--config', config, '--task', 'home']);
  expect(await readFile(figures, 'utf8')).toMatch(/task="home",outcome="failed"\} 1/);
});

describe('a run that cannot be remembered', () => {
  it('succeeds with a warning and a note', async () => {
    const {folder, config} = await site();
    await mkdir(join(folder, 'state'), {mode: 0o700});
    await writeFile(join(folder, 'state', 'history'), 'no folder');
    const result = await runProgram(BDSYNC_MANAGER, ['--config', config, '--json']);
    expect(result.status).toBe(0);
    expect(result.stderr).toMatch(/^\[Task home\] WARNING: this run is missing in 'log' and 'status': .*EEXIST/);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(taskReportOf(result)).toMatchObject({
      state: 'synced',
      notes: [expect.stringContaining("this run is missing in 'log' and 'status'")],
    });
    expect(await readdir(join(folder, 'state', 'locks'))).toEqual([]);
  });

  it('for a reason that keeps it from running as well says so once', async () => {
    const {folder, config} = await site();
    await writeFile(join(folder, 'state'), 'no folder');
    const result = await runProgram(BDSYNC_MANAGER, ['--config', config]);
    expect(result.status).toBe(3);
    expect(result.stderr).not.toContain('WARNING');
  });
});
