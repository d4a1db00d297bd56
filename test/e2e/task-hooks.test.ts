import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {TaskReport} from '#dist/tasks/report.js';
import {noise, sha256, writePair} from '../support/images.js';
import {uniqueSeconds, waitForProcesses} from '../support/processes.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

type Keys = Readonly<Record<string, string>>;

/** A task between two images, the hooks of which may write to $LOG. */
async function place(keys: Keys) {
  const folder = await temporaryFolder();
  const [source, target, log] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'log')];
  await writePair(source, target, 300_000, 5);
  await writeFile(log, '');
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    home: {
      source_path: source,
      target_path: target,
      apply_patch_in_place: 'yes',
      state_dir: join(folder, 'state'),
      ...keys,
    },
  });
  const words = (...more: string[]): string[] => [...more, '--config', config, '--json'];
  return {
    folder,
    source,
    target,
    config,
    run: (...more: string[]): Promise<ProgramResult> => runProgram(BDSYNC_MANAGER, words(...more), {LOG: log}),
    start: (...more: string[]) => startProgram(BDSYNC_MANAGER, words(...more), {LOG: log}),
    lines: async (): Promise<string[]> => (await readFile(log, 'utf8')).split('\n').slice(0, -1),
  };
}

/** A command that notes its event. */
const NOTE = `sh -c 'echo "$BDSYNC_EVENT $BDSYNC_STATE $BDSYNC_CODE" >>"$LOG"'`;
const ALL: Keys = {on_start: NOTE, on_success: NOTE, on_failure: NOTE, on_change: NOTE};

/** Takes much longer than anybody waits. */
const SLOW: Keys = {bandwidth_limit: '16k', connection_command: 'env A=1', remote_bdsync_bin: BDSYNC};

describe('the commands of a task', () => {
  it('run in order, on_change only where something changed', async () => {
    const {run, lines} = await place(ALL);
    expect(await run()).toMatchObject({status: 0, stderr: ''});
    expect(await lines()).toEqual(['start started ', 'success synced ', 'change synced ']);
    expect(await run()).toMatchObject({status: 0, stderr: ''});
    expect((await lines()).slice(3)).toEqual(['start started ', 'success synced ']);
  });

  it('get the report on standard input, as the run prints it', async () => {
    const {run, folder, source, target} = await place({
      on_start: `sh -c 'cat /dev/stdin >"$LOG.start"'`,
      on_success: `sh -c 'cat >"$LOG.success"'`,
    });
    const result = await run();
    expect(result).toMatchObject({status: 0, stderr: ''});
    const given: TaskReport = JSON.parse(await readFile(join(folder, 'log.success'), 'utf8'));
    expect(given).toEqual(taskReportOf(result));
    expect(JSON.parse(await readFile(join(folder, 'log.start'), 'utf8'))).toMatchObject({
      task: 'home',
      state: 'started',
      plan: {source, target: {host: 'this machine', path: target}, onFailure: null},
    });
  });

  it('do not run for a rehearsal and for a comparison', async () => {
    const {run, lines} = await place(ALL);
    const rehearsal = await run('run', '--dry-run');
    const words = ['sh', '-c', 'echo "$BDSYNC_EVENT $BDSYNC_STATE $BDSYNC_CODE" >>"$LOG"'];
    expect(taskReportOf(rehearsal)).toMatchObject({plan: {onStart: words, onChange: words}});
    expect(await run('verify')).toMatchObject({status: 3});
    expect(await lines()).toEqual([]);
  });

  it('need not read what they are given', async () => {
    const {run} = await place({on_success: 'true', on_change: `sh -c 'exec <&-'`});
    expect(await run()).toMatchObject({status: 0, stderr: ''});
  });

  it('change nothing of a success when they fail', async () => {
    const {run, source, target} = await place({on_success: `sh -c 'echo no room >&2; exit 3'`, on_change: '/no/such'});
    const result = await run();
    expect(result.status).toBe(0);
    expect(await sha256(target)).toBe(await sha256(source));
    expect(taskReportOf(result)).toMatchObject({
      state: 'synced',
      notes: [
        expect.stringMatching(/^on_success \(sh .*\) ended with status 3$/),
        expect.stringContaining('on_change: /no/such is not an executable file'),
      ],
    });
    expect(result.stderr).toMatch(/^\[Task home\] WARNING: on_success .* ended with status 3\n {4}\| no room\n/);
  });

  it('are ended with all that they started when they take too long', async () => {
    const [first, second] = [uniqueSeconds(), uniqueSeconds()];
    const {run} = await place({on_success: `sh -c 'sleep ${first} & sleep ${second}; true'`, hook_timeout: '1'});
    const result = await run();
    expect(result).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('did not end within 1 s and was ended (hook_timeout)'),
    });
    await waitForProcesses(['sleep', first], 0);
    await waitForProcesses(['sleep', second], 0);
  });
});

describe('on_start', () => {
  it('keeps the task from beginning when it fails', async () => {
    const {run, lines, target} = await place({...ALL, on_start: `sh -c 'echo not now; exit 9'`});
    const before = await sha256(target);
    const result = await run();
    expect(result.status).toBe(3);
    expect(taskReportOf(result)).toMatchObject({
      state: 'failed',
      failure: {code: 'task-hook', stage: 'start', errorLines: ['not now'], target: {state: 'untouched'}},
    });
    expect(await sha256(target)).toBe(before);
    expect(await lines()).toEqual(['failure failed task-hook']);
  });

  it('is ended by a signal, and the task with it', async () => {
    const seconds = uniqueSeconds();
    const {start, lines} = await place({...ALL, on_start: `sleep ${seconds}`});
    const run = start();
    await waitForProcesses(['sleep', seconds], 1);
    run.child.kill('SIGTERM');
    expect(await run.result).toMatchObject({status: 4});
    await waitForProcesses(['sleep', seconds], 0);
    expect(await lines()).toEqual(['failure failed cancelled']);
  });
});

describe('on_failure', () => {
  it('runs for a task whose configuration is at fault, and for one that cannot begin', async () => {
    const faulty = await place({...ALL, stall_timeout: 'soon'});
    expect(await faulty.run()).toMatchObject({status: 2});
    expect(await faulty.lines()).toEqual(['failure failed config-value']);
    const sourceless = await place({...ALL, source_path: '/no/such/source'});
    expect(await sourceless.run()).toMatchObject({status: 3});
    expect(await sourceless.lines()).toEqual(['start started ', 'failure failed source-unusable']);
  });

  it('does not run for a task that is disabled', async () => {
    const {run, lines} = await place({...ALL, disabled: 'yes', stall_timeout: 'soon'});
    expect(await run()).toMatchObject({status: 0});
    expect(await lines()).toEqual([]);
  });

  it('runs when a signal ends the run', async () => {
    const {start, source, lines} = await place({...ALL, ...SLOW});
    await writeFile(source, noise(300_000, 99));
    const run = start('--log-level', 'debug');
    await run.untilStderr(/stage: generate/);
    run.child.kill('SIGTERM');
    expect(await run.result).toMatchObject({status: 4});
    expect(await lines()).toEqual(['start started ', 'failure failed cancelled']);
  });
});

describe('check', () => {
  it('misses programs that are not there', async () => {
    const {run} = await place({on_start: 'true', on_success: '/no/such a', on_failure: 'bdsync-no-such-program'});
    const result = await run('check');
    expect(result.status).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({
      tasks: [
        {
          unmetNeeds: [
            {message: expect.stringContaining('on_success: /no/such is not an executable file')},
            {message: 'on_failure: there is no program "bdsync-no-such-program" in the search path'},
          ],
        },
      ],
    });
  });
});

it('a lock that another run holds is told by on_failure alone', async () => {
  const {start, run, lines, source} = await place({...ALL, ...SLOW});
  await writeFile(source, noise(300_000, 99));
  const first = start('--log-level', 'debug');
  await first.untilStderr(/stage: generate/);
  expect(await run()).toMatchObject({status: 3});
  expect(await lines()).toEqual(['start started ', 'failure failed task-locked']);
  first.child.kill('SIGTERM');
  await first.result;
  await until('the end to be told', async () => (await lines()).length === 3);
});
