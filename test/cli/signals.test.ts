import {execFileSync} from 'node:child_process';
import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {BDSYNC_MANAGER, type RunningProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

/** A connection that never answers; `deaf` to every signal that can be ignored. */
async function startWaiting(
  is: {deaf: boolean},
  env: Readonly<Record<string, string>> = {},
): Promise<RunningProgram & {connection: string}> {
  const folder = await temporaryFolder();
  const connection = join(folder, 'connection');
  await writeFile(connection, `#!/bin/sh\n${is.deaf ? "trap '' INT TERM HUP\n" : ''}while :; do sleep 0.2; done\n`);
  await chmod(connection, 0o700);
  await writeFile(join(folder, 'source.img'), 'source');
  const common = {
    source_path: join(folder, 'source.img'),
    target_path: 'target.img',
    apply_patch_in_place: 'yes',
    connection_command: connection,
    state_dir: join(folder, 'state'),
  };
  const config = await writeConfig(join(folder, 'tasks.conf'), {first: common, second: common});
  const program = startProgram(BDSYNC_MANAGER, ['--config', config, '--log-level', 'debug'], env);
  await program.untilStderr(/stage: check target/);
  await until('the connection', () => isRunning(connection));
  return {...program, connection};
}

function isRunning(path: string): boolean {
  return execFileSync('ps', ['-eo', 'args'], {encoding: 'utf8'}).includes(path);
}

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends the run and what it started, with status 4',
  async (name) => {
    const {child, result, connection} = await startWaiting({deaf: false});
    child.kill(name);
    const {status, stderr} = await result;
    expect(status).toBe(4);
    expect(stderr).toContain(`WARNING: ${name}: stopping`);
    expect(stderr).toContain(`[Task first] ERROR: check target: stopped by ${name}`);
    expect(stderr).not.toContain('[Task second] ERROR');
    expect(isRunning(connection)).toBe(false);
  },
);

test('under nohup, SIGHUP stops nothing', async () => {
  const {child, result} = await startWaiting({deaf: false}, {_: '/usr/bin/nohup'});
  child.kill('SIGHUP');
  child.kill('SIGTERM');
  const {status, stderr} = await result;
  expect(status).toBe(4);
  expect(stderr).toContain('WARNING: SIGTERM: stopping');
  expect(stderr).not.toContain('SIGHUP');
});

test('a second interrupt is answered while the clean-up goes on, a third ends it', async () => {
  const program = await startWaiting({deaf: true});
  program.child.kill('SIGINT');
  await program.untilStderr(/SIGINT: stopping/);
  program.child.kill('SIGINT');
  await program.untilStderr(/clean-up is under way/);
  program.child.kill('SIGINT');
  const {status, stderr} = await program.result;
  expect(status).toBe(4);
  expect(stderr).not.toContain('[Task first] ERROR');
  await until('the end of the connection', () => !isRunning(program.connection));
});
