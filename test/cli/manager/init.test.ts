import {chmod, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test, vi} from 'vitest';
import {TASKS_LAYER, type TasksLayer} from '#dist/cli/manager/tasks-layer.js';
import type {FoundDevice} from '#dist/tasks/init/find-devices.js';
import type {SourceLook} from '#dist/tasks/init/look-at-source.js';
import type {TargetLook} from '#dist/tasks/init/look-at-target.js';
import {type CliOutcome, type CliWorldOptions, runCli} from '../../support/cli-world.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const {checkTasks} = TASKS_LAYER;
const MIB = 2 ** 20;
const IDLE = {
  mountPoints: [],
  isSwap: false,
  usedBy: [],
  openedAs: undefined,
  luksVersion: undefined,
  silence: undefined,
} as const;
const DEVICES: readonly FoundDevice[] = [
  {...IDLE, path: '/dev/vg0/home', sizeBytes: 20 * MIB, kind: 'volume', mountPoints: ['/home']},
  {
    ...IDLE,
    path: '/dev/vg0/safe',
    sizeBytes: 10 * MIB,
    kind: 'thin volume',
    luksVersion: 2,
    usedBy: ['safe', 'x', 'y'],
  },
  {...IDLE, path: '/dev/mapper/safe', sizeBytes: 10 * MIB, kind: 'mapped device', openedAs: 'safe'},
  {...IDLE, path: '/dev/sda2', sizeBytes: 2 * MIB, kind: 'partition', isSwap: true},
  {...IDLE, path: '/dev/nbd0', sizeBytes: 2 * MIB, kind: 'disk', silence: 'late'},
];
const VOLUMES: Readonly<Record<string, SourceLook['volume']>> = {
  '/dev/vg0/home': {kind: 'thick', group: 'vg0', freeBytes: 5 * MIB},
  '/dev/vg0/safe': {kind: 'thin'},
};
const REACHED: TargetLook = {
  hostName: 'ssh backup@store',
  isLocal: false,
  reach: 'reached',
  bdsync: {kind: 'ours', version: '0.5.0'},
  target: {kind: 'missing', creatable: 'file'},
  troubles: [],
};

interface Machine {
  readonly folder: string;
  readonly config: string;
  readonly init: (words: readonly string[], options?: CliWorldOptions) => Promise<CliOutcome>;
  readonly written: () => Promise<string>;
}

/** A machine with these devices, and a way to a target as told; its tasks are ready. */
async function machine(look: Partial<TargetLook> = {}, layer: Partial<TasksLayer> = {}): Promise<Machine> {
  const folder = await temporaryFolder();
  const config = join(folder, 'x.conf');
  const fake: Partial<TasksLayer> = {
    findDevices: async () => ({devices: DEVICES, lvmTrouble: undefined}),
    lookAtSource: async (path) => {
      const device = DEVICES.find((each) => each.path === path);
      if (device === undefined) return await TASKS_LAYER.lookAtSource(path, new AbortController().signal);
      return {path, sizeBytes: device.sizeBytes, use: device, volume: VOLUMES[path]};
    },
    lookAtTarget: async () => ({...REACHED, ...look}),
    checkTasks: async ({names, configuration: {file}}) => ({
      configFile: file,
      warnings: [],
      tasks: names.map((task) => ({
        task,
        disabled: false,
        configErrors: [],
        unmetNeeds: [],
        warnings: [],
        facts: ['looked at'],
      })),
    }),
    ...layer,
  };
  return {
    folder,
    config,
    init: (words, options = {}) => runCli(['init', '--config', config, ...words], {...options, layer: fake}),
    written: () => readFile(config, 'utf8'),
  };
}

/** The lines of a text that are no comments. */
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const HOME = ['--source', '/dev/vg0/home', '--target', 'backup@store:home.img'];
const HOME_LINES = [
  '[home]',
  'source_path = /dev/vg0/home',
  'connection_command = ssh -o BatchMode=yes backup@store',
  'target_path = home.img',
  'create_target_if_missing = yes',
  'apply_patch_in_place = yes',
  'lvm_snapshot_enabled = yes',
  'lvm_snapshot_size = 10%%ORIGIN',
  'lvm_snapshot_autoextend = 80%%+20%%',
];

describe('with all that it needs as options', () => {
  test('it writes a task with a comment for each key, and says what to do next', async () => {
    const {config, init, written} = await machine();
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
    const {init, written} = await machine();
    expect(await init([...HOME, '--yes', ...words])).toMatchObject({status: 0, stderr: ''});
    const lines = linesOf(await written()).map((line) => /^(\w+) = (.*)$/.exec(line) ?? []);
    const values = new Map(lines.map(([, key = '', value]) => [key, value]));
    for (const [key, value] of Object.entries(expected)) expect({key, value: values.get(key)}).toEqual({key, value});
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
    const {folder, init} = await machine();
    const {status, stderr} = await init(['--yes', ...words]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  test('with --yes nothing is asked on a terminal either', async () => {
    const {init} = await machine();
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
    const {folder, init} = await machine({}, {lookAtSource});
    const {status, stdout, stderr} = await init(words);
    expect({status, stdout}).toEqual({status: 2, stdout: ''});
    expect(stderr).toMatch(`${missing} must be given: there is no terminal to ask on\n`);
    expect(lookAtSource).not.toHaveBeenCalled();
    expect(await readdir(folder)).toEqual([]);
  });

  test('what is printed can be typed, also a name that begins with a hyphen', async () => {
    const {folder, init} = await machine();
    const shown = async (...words: string[]) => (await init([...HOME, '--yes', ...words])).stdout;
    expect(await shown('--task=-a b')).toMatch(/\n {2}bdsync-manager '--task=-a b' --config \/.*\n/);
    expect(await shown('--task=-x')).toMatch(/\n {2}bdsync-manager --dry-run --task=-x --config \/.*\n/);
    expect(await readdir(folder)).toEqual(['x.conf']);
  });

  test('a source that is missing is no task', async () => {
    const {folder, init} = await machine();
    const {status, stderr} = await init(['--source', '/nowhere', '--target', 'x', '--yes']);
    expect({status, stderr}).toEqual({status: 3, stderr: 'bdsync-manager: the source /nowhere does not exist\n'});
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a configuration that is there', () => {
  test('gets a section more, and only that is shown', async () => {
    const {config, init, written} = await machine();
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
    const {config, init, written} = await machine();
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
    const {config, init, written} = await machine();
    await writeFile(config, '[DEFAULT]\nbandwidth_limit = fast\n');
    const {status, stderr} = await init([...HOME, '--yes']);
    expect(status).toBe(2);
    expect(stderr).toContain('bandwidth_limit (from [DEFAULT]): ');
    expect(await written()).toBe('[DEFAULT]\nbandwidth_limit = fast\n');
  });
});

describe('a dialogue', () => {
  test('asks for what is not given, in its order, and writes what was answered', async () => {
    const {config, init, written} = await machine();
    const answers = ['1', 'my home', '5G', 'backup@store:home.img', 'y', 'patches', 'y'];
    const {status, stdout, stderr, questions} = await init([], {answers});
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
    expect(questions.map((question) => question.trim().split(/[?:[]/)[0])).toEqual([
      'What is to be copied',
      'A name for the task ',
      'Read from a snapshot, with how much room for what changes during a run',
      'Where does the copy go',
      'home.img does not exist there. Let the first run create it, as a file',
      'A folder on ssh backup@store for that, or nothing',
      'Write that',
    ]);
    expect(stdout).toMatch(/^ +1 {2}\/dev\/vg0\/home +20\.0MiB {2}volume, mounted on \/home$/m);
    expect(stdout).toMatch(/^ +2 .* thin volume, encrypted \(LUKS2\), and copied so, used by safe and 2 more$/m);
    expect(stdout).toMatch(/^ +3 .* mapped device, opened from an encrypted one: its plain text would be copied$/m);
    expect(stdout).toMatch(/^ +4 .* partition, swap space$/m);
    expect(stdout).toMatch(/^ +5 .* disk, does not answer$/m);
    expect(stdout).toContain('ssh backup@store was reached, and bdsync-manager 0.5.0 is there\n');
    expect(stdout).toContain(`bdsync-manager --task 'my home' --config ${config}\n`);
    expect(linesOf(await written())).toEqual([
      '[my home]',
      ...HOME_LINES.slice(1, 5),
      'target_patch_dir = patches',
      'lvm_snapshot_enabled = yes',
      'lvm_snapshot_size = 5G',
      'lvm_snapshot_autoextend = 80%%+20%%',
    ]);
  });

  test('takes what is usual for an empty answer', async () => {
    const {init, written} = await machine();
    await init([], {answers: ['1', '', '', 'backup@store:home.img', '', '', 'yes']});
    expect(linesOf(await written())).toEqual(HOME_LINES);
  });

  test('asks again for what cannot be, and says why', async () => {
    const {init, written} = await machine();
    const answers = ['9', '/nowhere', '1', 'DEFAULT', 'home', 'x', '5G', 'http://x', 'store:', 'store:x', '', '', 'y'];
    const {status, stdout} = await init([], {answers});
    expect(stdout).toContain('there is no device 9\n  hint: for a file of this name: ./9\n');
    expect(stdout).toContain('the source /nowhere does not exist\n');
    expect(stdout).toContain("'DEFAULT' cannot be the name of a task\n");
    expect(stdout).toContain("--snapshot: 'x' is no snapshot size");
    expect(stdout).toContain("TARGET 'http://x' is a URL");
    expect(stdout).toContain("TARGET 'store:' names no path after the host\n");
    expect(status).toBe(0);
    expect(await written()).toContain('\ntarget_path = x\n');
  });

  test.each([
    ['the input ends at once', ['']],
    ['no target is named', ['1', '', '', '']],
    ['the last answer is no', ['1', '', '', 'store:x', '', '', 'n']],
    ['the last answer is nothing', ['1', '', '', 'store:x', '', '']],
  ])('writes nothing when %s', async (_what, answers) => {
    const {folder, init} = await machine();
    const {status, stderr} = await init([], {answers});
    expect({status, stderr}).toEqual({status: 4, stderr: 'bdsync-manager: nothing was written\n'});
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a thin volume asks for no size, and of a partition for no snapshot', async () => {
    const thin = await machine();
    const {questions} = await thin.init([], {answers: ['2', '', 'n', 'store:x', '', '', 'y']});
    expect(questions[2]).toContain('It needs no size');
    expect(await thin.written()).not.toContain('lvm_snapshot');
    const partition = await machine();
    await partition.init([], {answers: ['4', '', 'store:x', '', '', 'y']});
    expect(linesOf(await partition.written())).toEqual([
      '[sda2]',
      'source_path = /dev/sda2',
      ...HOME_LINES.slice(2, 3).map((line) => line.replace('backup@', '')),
      'target_path = x',
      ...HOME_LINES.slice(4, 6),
    ]);
  });

  test.each([
    ['smaller file', {sizeBytes: MIB, deviceKind: 'file'}, 'store:x', 'grow_target = yes'],
    ['smaller volume', {sizeBytes: MIB, deviceKind: 'block'}, 'store:/dev/vg1/home', 'grow_target = yes'],
    ['larger device', {sizeBytes: 30 * MIB, deviceKind: 'block'}, 'store:/dev/sdb', 'bdsync_args = --diffsize=minsize'],
  ] as const)('offers what can be done about a %s', async (_what, target, name, line) => {
    const facts = {kind: 'present', content: undefined, ...target} as const;
    for (const [answer, isThere] of [
      ['', true],
      ['n', false],
    ] as const) {
      const {init, written} = await machine({target: facts});
      const {stdout} = await init(['--source', '/dev/vg0/home', '--task', 'x', '--snapshot', '1M', '--target', name], {
        answers: [answer, '', 'y'],
      });
      expect(linesOf(await written()).includes(line)).toBe(isThere);
      expect(stdout).toContain('is there already');
    }
  });

  test('offers nothing about a device that is too small', async () => {
    const {init} = await machine({
      target: {kind: 'present', deviceKind: 'block', sizeBytes: MIB, content: 'ext4'},
    });
    const {questions, stdout} = await init([...HOME, '--snapshot', '1M', '--task', 'x', '--target', 'store:/dev/sdb'], {
      answers: ['', 'n'],
    });
    expect(questions).toHaveLength(2);
    expect(stdout).toContain('warning: the target /dev/sdb on ssh backup@store is there already');
    expect(stdout).toContain('holds ext4');
  });
});

describe('a target out of reach', () => {
  const troubles = [{message: 'ssh backup@store: Connection refused', hint: 'check that an ssh server runs there'}];
  const away = {reach: 'unreachable', bdsync: undefined, target: undefined, troubles} as const;
  const options = [...HOME, '--task', 'x', '--snapshot', 'none'];

  test('is told, and a person decides', async () => {
    const {folder, init} = await machine(away);
    const {status, stdout, questions} = await init(options, {answers: ['']});
    expect(stdout).toContain('ssh backup@store: Connection refused\n  hint: check that an ssh server runs there\n');
    expect(questions).toEqual(['Go on without a look at the target? [y/N] ']);
    expect(status).toBe(4);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is no reason not to write a task, but the task is told as not ready', async () => {
    const {init, written} = await machine(away, {
      checkTasks: async () => ({configFile: '', warnings: [], tasks: [notReady(troubles)]}),
    });
    const {status, stdout} = await init(options, {answers: ['y', '', '', 'y']});
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /x: not ready\n {2}unmet need: ssh backup@store: Connection refused\n[^]*\nwritten\nnext:\n {2}bdsync-manager check /,
    );
    expect(await written()).toContain('create_target_if_missing = yes');
  });

  test('that was silent is not waited for once more', async () => {
    const {init} = await machine(
      {...away, reach: 'silent'},
      {
        checkTasks: async () => {
          throw new Error('asked again');
        },
      },
    );
    const {status, stdout, stderr} = await init([...options, '--yes']);
    expect({status, stderr}).toEqual({status: 3, stderr: ''});
    expect(stdout).toContain('x: not ready\n  unmet need: ssh backup@store: Connection refused\n');
  });

  function notReady(unmetNeeds: typeof troubles) {
    return {task: 'x', disabled: false, configErrors: [], unmetNeeds, warnings: [], facts: []};
  }
});

test('what check tells is told: a target that is the source', async () => {
  const {folder, init} = await machine({}, {checkTasks, lookAtTarget: TASKS_LAYER.lookAtTarget});
  const image = join(folder, 'a.img');
  await writeFile(image, 'x'.repeat(8192));
  const {status, stdout} = await init(['--source', image, '--target', image, '--yes']);
  expect(status).toBe(3);
  expect(stdout).toContain('are the same device');
});
