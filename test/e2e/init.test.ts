import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, readFile, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {connectionHost} from '#dist/hosts/connection-host.js';
import {taskConfigFrom} from '#dist/tasks/config/configuration.js';
import {HostPool} from '#dist/tasks/ends/host-pool.js';
import {lookAtTarget} from '#dist/tasks/init/look-at-target.js';
import {planTask} from '#dist/tasks/plan.js';
import {answerQuestions} from '../support/answer-questions.js';
import {noise, sha256} from '../support/images.js';
import {hasScript} from '../support/on-a-terminal.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram, startProgram} from '../support/spawn-program.js';
import {type SshdOptions, sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {startTwoMachines} from '../support/two-machines.js';
import {until} from '../support/until.js';

const whyNoSshd = sshdMissing();
if (whyNoSshd !== undefined) console.warn(`SKIPPED: init through ssh: ${whyNoSshd}`);
if (!hasScript) console.warn('SKIPPED: init on a terminal: script is not installed');

const NAMES = {login: 'backup@store.example.org', volumes: ['/dev/vg0/home']};

const plan = (connection_command: string, target_path: string, more: Readonly<Record<string, string>> = {}) =>
  planTask(
    taskConfigFrom('x', {source_path: '/x', apply_patch_in_place: 'yes', connection_command, target_path, ...more}),
  );
const look = (...args: Parameters<typeof plan>) =>
  lookAtTarget(plan(...args), new HostPool(), new AbortController().signal);

describe.skipIf(whyNoSshd !== undefined)('through ssh', () => {
  test('options alone make a configuration that check passes, and of which a run makes the copy', async () => {
    const folder = await temporaryFolder();
    await using machines = await startTwoMachines(folder, NAMES);
    const target = `--target ${NAMES.login}:home.img --create-target-if-missing`;
    const made = await machines.run(`bdsync-manager init --source /dev/vg0/home --task home ${target} --yes`);
    expect(made).toMatchObject({status: 0, stderr: ''});
    expect(made.stdout).toMatch(/\nhome: ready\n[^]*: bdsync-manager [\d.]+\n[^]*\nwritten\nnext:\n/);
    const config = join(folder, 'bdsync-manager.conf');
    expect((await stat(config)).mode & 0o777).toBe(0o600);
    const checked = await machines.run('bdsync-manager check');
    expect(checked).toMatchObject({status: 0, stderr: ''});
    expect(made.stdout).toContain(checked.stdout);
    expect(await machines.run('bdsync-manager')).toMatchObject({status: 0});
    expect(await sha256(machines.copy('home.img'))).toBe(await sha256(machines.sourceOf('/dev/vg0/home')));

    const again = await machines.run(`bdsync-manager init --source /dev/vg0/home --task home ${target} --yes`);
    expect(again).toMatchObject({status: 2, stderr: expect.stringContaining('there is a task [home] already')});
    const taken = await machines.run(`bdsync-manager init --source /dev/vg0/home --task two ${target} --yes`);
    expect(taken).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/the task \[home\] copies .* to home\.img already/),
    });
    await rm(config);
    const other = await machines.run(`bdsync-manager init --source /dev/vg0/home --task two ${target} --yes`);
    expect(other.stdout).toMatch(/warning: the target home\.img on ssh .* is there already, a file of 293\.0KiB/);
    expect(other.status).toBe(0);
  }, 120_000);

  const OURS = {remote_bdsync_bin: BDSYNC};

  test('it looks at what is there: files, folders, what could be created, and what they hold', async () => {
    await using server = await startSshd();
    const folder = join(await temporaryFolder(), "it's 100% $odd");
    await mkdir(folder);
    const at = (name: string) => look(server.connectionCommand, name.startsWith('/') ? name : join(folder, name), OURS);
    await writeFile(join(folder, 'disk.img'), Buffer.alloc(2 ** 20));
    const reached = {reach: 'reached', isLocal: false, bdsync: {kind: 'ours'}, troubles: []};
    const present = {kind: 'present', deviceKind: 'file', sizeBytes: 2 ** 20};
    expect(await at('disk.img')).toMatchObject({...reached, target: {...present, content: undefined}});
    execFileSync('mkfs.ext4', ['-q', join(folder, 'disk.img')], {stdio: 'pipe'});
    expect(await at('disk.img')).toMatchObject({...reached, target: {...present, content: 'ext4'}});
    expect(await at('new.img')).toMatchObject({...reached, target: {kind: 'missing', creatable: 'file'}});
    expect((await at('none/new.img')).target).toEqual({kind: 'missing', creatable: undefined});
    expect((await at('/dev/nothing')).target).toEqual({kind: 'missing', creatable: undefined});
    expect((await at('/dev/vg1/home')).target).toEqual({kind: 'missing', creatable: 'volume'});
    expect(await at('.')).toMatchObject({
      reach: 'reached',
      target: undefined,
      troubles: [{message: expect.stringContaining('is a folder')}],
    });
    expect(await readdir(folder)).toEqual(['disk.img']);
  });

  test('it tells that no bdsync is there, and looks at the rest', async () => {
    await using server = await startSshd();
    expect(await look(server.connectionCommand, '/nowhere.img', {remote_bdsync_bin: 'no-such-bdsync'})).toMatchObject({
      reach: 'reached',
      bdsync: undefined,
      target: {kind: 'missing', creatable: 'file'},
      troubles: [{hint: expect.stringContaining('install bdsync-manager or bdsync there')}],
    });
  });

  test.each([
    ['host key', {hostKey: 'unknown'}, 'connect once by hand as the same user, compare the key and accept it'],
    ['login', {login: 'refused'}, 'check the user name, and that your public key is installed there (ssh-copy-id)'],
  ] as [string, SshdOptions, string][])('it tells why not: %s', async (_what, options, hint) => {
    await using server = await startSshd(options);
    expect(await look(server.connectionCommand, 'x.img')).toMatchObject({
      reach: 'unreachable',
      bdsync: undefined,
      target: undefined,
      troubles: [{hint}],
    });
  });

  test.skipIf(!hasScript)('a dialogue on a terminal', async () => {
    const folder = await temporaryFolder();
    await using server = await startSshd({environment: {PATH: await folderWithBdsync(folder)}});
    const [source, config] = [join(folder, 'disk 1.img'), join(folder, 'x.conf')];
    await writeFile(source, noise(300_000, 1));
    await mkdir(join(folder, 'patches'));
    const words = [BDSYNC_MANAGER, 'init', '--config', config, '--connection-command', server.connectionCommand];
    const answers = [source, 'tape', join(folder, 'copy.img'), '', join(folder, 'patches'), 'y'];
    const {status, shown} = await answerQuestions([process.execPath, ...words], answers);
    expect(shown).toContain(`What is to be copied? A number, or a path: ${source}\n`);
    expect(shown).toContain('A name for the task [disk-1]: tape\n');
    expect(shown).toContain('ssh sshd-of-tests was reached, and bdsync-manager');
    expect(shown).toContain('copy.img does not exist there. Let the first run create it, as a file? [Y/n] ');
    expect(shown).toMatch(/tape: ready\n[^]*\nWrite that\? \[y\/N\] y\nwritten\nnext:\n/);
    expect(status).toBe(0);
    const env = {STATE_DIRECTORY: join(folder, 'state')};
    const run = await runProgram(BDSYNC_MANAGER, ['--config', config, '--task', 'tape'], env);
    expect(run).toMatchObject({status: 0, stdout: ''});
    expect((await readFile(join(folder, 'copy.img'))).equals(noise(300_000, 1))).toBe(true);
  });
});

describe('a connection that says nothing', () => {
  const SILENT = "sh -c 'exec sleep 100'";

  test('is not waited for for ever', async () => {
    const silent = planTask(
      taskConfigFrom('x', {
        source_path: '/x',
        target_path: 'y',
        apply_patch_in_place: 'yes',
        connection_command: SILENT,
      }),
    );
    const found = await lookAtTarget(silent, new HostPool(), new AbortController().signal, 300);
    expect(found).toMatchObject({
      hostName: connectionHost(['sh', '-c', 'exec sleep 100'], {quoting: 'auto'}).name,
      reach: 'silent',
      troubles: [{message: expect.stringMatching(/ did not answer within 0\.3 s$/)}],
    });
  });

  test('ends with a signal, and nothing is written', async () => {
    const folder = await temporaryFolder();
    const [source, config, mark] = ['s.img', 'x.conf', 'mark'].map((name) => join(folder, name));
    await writeFile(source ?? '', noise(5000, 1));
    const connection = `sh -c 'touch "$0"; exec sleep 100' ${mark}`;
    const words = ['init', '--config', config ?? '', '--source', source ?? '', '--target', 'x', '--yes'];
    const init = startProgram(BDSYNC_MANAGER, [...words, '--connection-command', connection]);
    await until('the connection', () => existsSync(mark ?? ''));
    init.child.kill('SIGINT');
    expect(await init.result).toMatchObject({status: 4, stdout: ''});
    expect((await readdir(folder)).toSorted()).toEqual(['mark', 's.img']);
  });
});

test('a line that is typed into no terminal answers nothing', async () => {
  const {status, stdout, stderr} = await runProgram(BDSYNC_MANAGER, ['init']);
  expect({status, stdout}).toEqual({status: 2, stdout: ''});
  expect(stderr).toMatch(/--source, --target and --yes must be given: there is no terminal to ask on\n {2}hint: see /);
});

test.skipIf(!hasScript)('the end of the input ends the dialogue', async () => {
  const config = join(await temporaryFolder(), 'x.conf');
  const {status, shown} = await answerQuestions([process.execPath, BDSYNC_MANAGER, 'init', '--config', config], []);
  expect(shown).toMatch(/^No +Device +Size +What it is$|^no block devices were found$/m);
  expect(shown).toMatch(/nothing was written\n$/);
  expect(status).toBe(4);
  expect(existsSync(config)).toBe(false);
});

async function folderWithBdsync(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'bdsync'), `#!/bin/sh\nexec '${process.execPath}' '${BDSYNC}' "$@"\n`, {mode: 0o755});
  return `${bin}:${process.env['PATH'] ?? ''}`;
}
