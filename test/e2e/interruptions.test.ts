import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise, sha256, writePair} from '../support/images.js';
import {processesNaming} from '../support/processes-naming.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC_MANAGER, runProgram, startProgram, type RunningProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

interface SlowTask {
  readonly folder: string;
  readonly config: string;
  start(...args: string[]): RunningProgram;
  /** Waits until the patch file is there. */
  untilStored(): Promise<void>;
}

/** A task whose patch takes half a minute to store. */
async function slowTask(keys: Readonly<Record<string, string>> = {}): Promise<SlowTask> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'patches'));
  await writePair(join(folder, 's.img'), join(folder, 't.img'), 400_000, 0);
  await writeFile(join(folder, 's.img'), noise(400_000, 99));
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    slow: {
      source_path: join(folder, 's.img'),
      target_path: join(folder, 't.img'),
      target_patch_dir: join(folder, 'patches'),
      state_dir: join(folder, 'state'),
      bandwidth_limit: '16k',
      ...keys,
    },
  });
  return {
    folder,
    config,
    start: (...args) => startProgram(BDSYNC_MANAGER, ['--config', config, ...args]),
    untilStored: () => until('a patch file', async () => (await readdir(join(folder, 'patches'))).length > 0),
  };
}

describe('a signal', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`${signal} ends the children, removes the patch and exits with 4`, async () => {
      const task = await slowTask();
      const before = await sha256(join(task.folder, 't.img'));
      const run = task.start('--json');
      await task.untilStored();
      run.child.kill(signal);
      const result = await run.result;
      expect(result.status).toBe(4);
      expect(taskReportOf(result)).toMatchObject({state: 'failed', failure: {cancelled: true, code: 'cancelled'}});
      expect(await readdir(join(task.folder, 'patches'))).toEqual([]);
      expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
      expect(await processesNaming(task.folder)).toEqual([]);
      expect(await sha256(join(task.folder, 't.img'))).toBe(before);
    });
  }
});

describe('kill -9', () => {
  it('leaves a patch file that the next run removes, and children that end', async () => {
    const task = await slowTask();
    const run = task.start();
    await task.untilStored();
    const left = await readdir(join(task.folder, 'patches'));
    run.child.kill('SIGKILL');
    await run.result;
    const foreign = join(task.folder, 'patches', 'patch-notours.bdsync');
    await writeFile(foreign, 'somebody else made this');
    const next = task.start('--log-level', 'info');
    await next.untilStderr(/removed .*left by an interrupted run/);
    next.child.kill('SIGTERM');
    expect((await next.result).status).toBe(4);
    expect(left).toHaveLength(1);
    expect(await readdir(join(task.folder, 'patches'))).toEqual(['patch-notours.bdsync']);
    await until('the end of the children', async () => (await processesNaming(task.folder)).length === 0);
  });
});

describe('a second run of a task', () => {
  it('says who runs it and ends with 3; with --wait it waits, longer than a run may hang', async () => {
    const task = await slowTask({bandwidth_limit: '100k', stall_timeout: '1'});
    const first = task.start();
    await task.untilStored();
    const second = await runProgram(BDSYNC_MANAGER, ['--config', task.config]);
    expect(second.status).toBe(3);
    expect(second.stderr).toContain('task slow is already running');
    expect(second.stderr).toContain(`pid ${first.child.pid}`);
    const third = task.start('--wait', '--json', '--log-level=info');
    await third.untilStderr(new RegExp(`waiting for the run that is under way: pid ${first.child.pid} `));
    const [one, waited] = await Promise.all([first.result, third.result]);
    expect([one.status, waited.status]).toEqual([0, 0]);
    expect(taskReportOf(waited)).toMatchObject({state: 'synced', figures: {differingBytes: 0}});
  });
});

describe('a run that hangs', () => {
  it('ends after stall_timeout and says what it waited for', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 100_000, 2);
    const program = join(folder, 'bdsync that hangs');
    await writeFile(
      program,
      '#!/bin/sh\ncase "$1" in --version) echo "bdsync-manager 0.5.0";; --hold*) echo \'{"state":"held"}\'; cat;; *) exec sleep 600;; esac\n',
      {mode: 0o755},
    );
    const result = await runProgram(BDSYNC_MANAGER, [
      'sync',
      join(folder, 's.img'),
      join(folder, 't.img'),
      '--connection-command=env A=1',
      `--remote-bdsync-bin=${program}`,
      `--state-dir=${join(folder, 'state')}`,
      '--stall-timeout=1',
    ]);
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('nothing moved for 1 seconds while waiting for bdsync --server on env …');
    expect(await processesNaming(folder)).toEqual([]);
  });
});

describe('bandwidth_limit', () => {
  it('covers digests and patch: 10 MiB through 1m takes 9 to 11 seconds', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 's.img'), noise(10 * 1024 * 1024, 4));
    await writeFile(join(folder, 't.img'), Buffer.alloc(10 * 1024 * 1024));
    const result = await runProgram(BDSYNC_MANAGER, [
      'sync',
      join(folder, 's.img'),
      join(folder, 't.img'),
      '--bandwidth-limit=1m',
      `--state-dir=${join(folder, 'state')}`,
      '--json',
    ]);
    expect(result.status).toBe(0);
    const report = taskReportOf(result);
    if (report.state !== 'synced') throw new Error(`it is ${report.state}`);
    const {timesMs, sentBytes, receivedBytes} = report.figures;
    expect((sentBytes + receivedBytes) / 1024 / 1024).toBeGreaterThan(10);
    const seconds = (timesMs.generate + timesMs.transfer + timesMs.apply) / 1000;
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(11);
  });
});
