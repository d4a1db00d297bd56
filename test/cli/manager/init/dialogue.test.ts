import {readdir} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {HOME, HOME_LINES, initMachine, linesOf, MIB} from '../../../support/init-machine.js';

describe('a dialogue', () => {
  test('asks for what is not given, in its order, and writes what was answered', async () => {
    const {config, init, written} = await initMachine();
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
    const {init, written} = await initMachine();
    await init([], {answers: ['1', '', '', 'backup@store:home.img', '', '', 'yes']});
    expect(linesOf(await written())).toEqual(HOME_LINES);
  });

  test('asks again for what cannot be, and says why', async () => {
    const {init, written} = await initMachine();
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
    const {folder, init} = await initMachine();
    const {status, stderr} = await init([], {answers});
    expect({status, stderr}).toEqual({status: 4, stderr: 'bdsync-manager: nothing was written\n'});
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a thin volume asks for no size, and of a partition for no snapshot', async () => {
    const thin = await initMachine();
    const {questions} = await thin.init([], {answers: ['2', '', 'n', 'store:x', '', '', 'y']});
    expect(questions[2]).toContain('It needs no size');
    expect(await thin.written()).not.toContain('lvm_snapshot');
    const partition = await initMachine();
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
      const {init, written} = await initMachine({target: facts});
      const {stdout} = await init(['--source', '/dev/vg0/home', '--task', 'x', '--snapshot', '1M', '--target', name], {
        answers: [answer, '', 'y'],
      });
      expect(linesOf(await written()).includes(line)).toBe(isThere);
      expect(stdout).toContain('is there already');
    }
  });

  test('offers nothing about a device that is too small', async () => {
    const {init} = await initMachine({
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
    const {folder, init} = await initMachine(away);
    const {status, stdout, questions} = await init(options, {answers: ['']});
    expect(stdout).toContain('ssh backup@store: Connection refused\n  hint: check that an ssh server runs there\n');
    expect(questions).toEqual(['Go on without a look at the target? [y/N] ']);
    expect(status).toBe(4);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is no reason not to write a task, but the task is told as not ready', async () => {
    const {init, written} = await initMachine(away, {
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
    const {init} = await initMachine(
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
