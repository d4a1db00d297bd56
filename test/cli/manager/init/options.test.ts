import {chmod, readdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test, vi} from 'vitest';
import {TASKS_LAYER, type TasksLayer} from '#dist/cli/manager/tasks-layer.js';
import {HOME, HOME_LINES, initMachine, linesOf} from '../../../support/init-machine.js';

const {checkTasks} = TASKS_LAYER;

describe('with all that it needs as options', () => {
  test('it writes a task with a comment for each key, and says what to do next', async () => {
    const {config, init, written} = await initMachine();
    const {status, stdout, stderr, questions} = await init([...HOME, '--create-target-if-missing', '--yes']);
    expect({status, stderr, questions}).toEqual({status: 0, stderr: '', questions: []});
    const text = await written();
    expect(linesOf(text)).toEqual(HOME_LINES);
    const keys = HOME_LINES.slice(1).map((line) => text.split('\n').indexOf(line));
    expect(keys.map((at) => text.split('\n')[at - 1]?.startsWith('# '))).toEqual(keys.map(() => true));
    expect(stdout).toContain(`write ${config}:\n`);
    expect(stdout).toContain('home: ready\n  looked at\nwritten\nnext:\n');
    expect(stdout).toContain(`\n  bdsync-manager --dry-run --task home --config ${config}\n`);
    expect(stdout).toContain(`\n  bdsync-manager install systemd --config ${config}\n`);
  });

  test.each([
    [['--snapshot', 'none'], {lvm_snapshot_enabled: undefined}],
    [['--snapshot', '5G'], {lvm_snapshot_size: '5G'}],
    [['--snapshot', '20%ORIGIN'], {lvm_snapshot_size: '20%%ORIGIN'}],
    [['--source', '/dev/vg0/safe'], {lvm_snapshot_enabled: 'yes', lvm_snapshot_size: undefined}],
    [['--source', '/dev/sda2'], {lvm_snapshot_enabled: undefined}],
    [['--target-patch-dir', 'patches'], {target_patch_dir: 'patches', apply_patch_in_place: undefined}],
    [['--grow-target'], {grow_target: 'yes'}],
    [['--bdsync-args', '--diffsize=minsize'], {bdsync_args: '--diffsize=minsize'}],
    [['--target', './odd:name'], {target_path: join(process.cwd(), 'odd:name'), connection_command: undefined}],
    [
      ['--connection-command', "ssh -p 22 'a b'", '--target', 'x:y'],
      {connection_command: "ssh -p 22 'a b'", target_path: 'x:y'},
    ],
    [['--task', 'a b%'], {source_path: '/dev/vg0/home'}],
  ])('%j comes to %j', async (words, expected: Readonly<Record<string, string | undefined>>) => {
    const {init, written} = await initMachine();
    expect(await init([...HOME, '--yes', ...words])).toMatchObject({status: 0, stderr: ''});
    const lines = linesOf(await written()).map((line) => /^(\w+) = (.*)$/.exec(line) ?? []);
    const values = new Map(lines.map(([, key = '', value]) => [key, value]));
    for (const [key, value] of Object.entries(expected)) expect({key, value: values.get(key)}).toEqual({key, value});
  });

  test('a target that a task has already is refused, and nothing is written', async () => {
    const {init, written} = await initMachine();
    const words = [...HOME, '--create-target-if-missing', '--yes'];
    await init(words);
    const before = await written();
    expect(await init(words)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the task [home] copies /dev/vg0/home to home.img already'),
    });
    expect(await init([...words, '--source', '/dev/sda2'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the task [home] copies another source, /dev/vg0/home, to home.img already'),
    });
    expect(await written()).toBe(before);
  });

  test('a target that is the source is refused', async () => {
    const {init} = await initMachine();
    const result = await init(['--source', '/dev/vg0/home', '--target', '/dev/vg0/home', '--yes']);
    expect(result).toMatchObject({status: 2, stderr: expect.stringContaining('it cannot be its own copy')});
  });

  test.each([
    ['without a source', ['--target', 'x'], /--source must be given: with --yes nothing is asked/],
    ['a source elsewhere', ['--source', 'store:x', '--target', 'x'], /SOURCE .* must be on this machine/],
    ['many volumes', ['--source', '/dev/vg0/v*', '--target', 'x'], /stands for many volumes/],
    ['a target without a path', ['--source', '/dev/sda2', '--target', 'store:'], /names no path/],
    ['a host that is an option', ['--source', '/dev/sda2', '--target', '-oX:y'], /starts with '-'/],
    ['a size that is none', [...HOME, '--snapshot', 'much'], /--snapshot: 'much' is no snapshot size/],
    ['a size of no volume', ['--source', '/dev/sda2', '--target', 'x', '--snapshot', '1G'], /is no logical volume/],
    ['a connection without an end', [...HOME, '--connection-command', "ssh '"], /--connection-command: the quote/],
    ['options that are none', [...HOME, '--bdsync-args', '--what'], /--bdsync-args: /],
    ["somebody else's home", ['--source', '/dev/sda2', '--target', 'store:~you/x'], /--target: '~you'/],
    ['a name that is none', [...HOME, '--task', 'DEFAULT'], /'DEFAULT' cannot be the name of a task/],
    ['a value for no line', ['--source', '/dev/sda2', '--target', 'a\nb'], /target_path: .* cannot be written/],
  ])('%s is refused, and nothing is written', async (_what, words, message) => {
    const {folder, init} = await initMachine();
    const {status, stderr} = await init(['--yes', ...words]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  test('with --yes nothing is asked on a terminal either', async () => {
    const {init} = await initMachine();
    expect(await init(['--yes'], {answers: ['1']})).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--source and --target must be given: with --yes nothing is asked'),
      questions: [],
    });
  });

  test.each([
    [[], '--source, --target and --yes'],
    [HOME, '--yes'],
  ])('without a terminal, %j lack %s, and nothing is looked at', async (words, missing) => {
    const lookAtSource = vi.fn<TasksLayer['lookAtSource']>();
    const {folder, init} = await initMachine({}, {lookAtSource});
    const {status, stdout, stderr} = await init(words);
    expect({status, stdout}).toEqual({status: 2, stdout: ''});
    expect(stderr).toMatch(`${missing} must be given: there is no terminal to ask on\n`);
    expect(lookAtSource).not.toHaveBeenCalled();
    expect(await readdir(folder)).toEqual([]);
  });

  test('what is printed can be typed, also a name that begins with a hyphen', async () => {
    const {folder, init} = await initMachine();
    const shown = async (...words: string[]) => (await init([...HOME, '--yes', ...words])).stdout;
    expect(await shown('--task=-a b')).toMatch(/\n {2}bdsync-manager '--task=-a b' --config \/.*\n/);
    expect(await shown('--task=-x', '--target', 'backup@store:other.img')).toMatch(
      /\n {2}bdsync-manager --dry-run --task=-x --config \/.*\n/,
    );
    expect(await readdir(folder)).toEqual(['x.conf']);
  });

  test('a source that is missing is no task', async () => {
    const {folder, init} = await initMachine();
    const {status, stderr} = await init(['--source', '/nowhere', '--target', 'x', '--yes']);
    expect({status, stderr}).toEqual({status: 3, stderr: 'bdsync-manager: the source /nowhere does not exist\n'});
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a configuration that is there', () => {
  test('gets a section more, and only that is shown', async () => {
    const {config, init, written} = await initMachine();
    await writeFile(config, '# mine\n[DEFAULT]\ncreate_target_if_missing = yes\n\n[old]\nsource_path = /dev/sda1\n');
    await chmod(config, 0o640);
    const {stdout} = await init([...HOME, '--yes']);
    expect(stdout).toContain(`add to ${config}:\n    [home]\n`);
    expect(stdout).not.toContain('mine');
    const text = await written();
    expect(text).toMatch(/^# mine\n[^]*source_path = \/dev\/sda1\n\n\[home\]\n/);
    expect(text).toContain('# Not as [DEFAULT] has it.\ncreate_target_if_missing =\n');
  });

  test('with a task of this name is left as it is', async () => {
    const {config, init, written} = await initMachine();
    await writeFile(config, '[home]\n');
    expect(await init([...HOME, '--task', 'home', '--yes'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/x\.conf:1: there is a task \[home\] already\n {2}hint: .*--task/),
    });
    expect(await written()).toBe('[home]\n');
    await init([...HOME, '--yes']);
    expect(await written()).toMatch(/^\[home\]\n\n\[home-2\]\n/);
  });

  test('whose [DEFAULT] makes the task faulty is left as it is', async () => {
    const {config, init, written} = await initMachine();
    await writeFile(config, '[DEFAULT]\nbandwidth_limit = fast\n');
    const {status, stderr} = await init([...HOME, '--yes']);
    expect(status).toBe(2);
    expect(stderr).toContain('bandwidth_limit (from [DEFAULT]): ');
    expect(await written()).toBe('[DEFAULT]\nbandwidth_limit = fast\n');
  });
});

test('what check tells is told: a target that is the source', async () => {
  const {folder, init} = await initMachine({}, {checkTasks, lookAtTarget: TASKS_LAYER.lookAtTarget});
  const image = join(folder, 'a.img');
  await writeFile(image, 'x'.repeat(8192));
  const link = join(folder, 'link.img');
  await symlink(image, link);
  const {status, stdout} = await init(['--source', image, '--target', link, '--yes']);
  expect(status).toBe(3);
  expect(stdout).toContain('are the same device');
});
