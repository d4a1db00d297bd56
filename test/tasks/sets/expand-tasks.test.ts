import {describe, expect, test} from 'vitest';
import type {TaskConfig} from '#dist/tasks/config/task-config.js';
import {selectTasks} from '#dist/tasks/select.js';
import {expandTasks} from '#dist/tasks/sets/expand-tasks.js';
import {readConfig} from '../../support/read-config.js';
import {reportOf, scriptedLvm, type Step} from '../../support/scripted-lvm.js';

const ALL = ['home', 'home-snapshot', 'pool', 'thin', 'thin-snapshot', 'with-dash'];
const GROUP: Step = ['lvs', () => reportOf('group', ALL)];
const COMMON = 'apply_patch_in_place = yes\nlvm_snapshot_enabled = yes\n';

/** What `tasks` become when LVM answers with the recorded report of a group, once for each section with a pattern. */
async function expanded(sections: string, names: readonly string[] = [], steps: readonly Step[] = [GROUP]) {
  const configuration = await readConfig(`[DEFAULT]\n${COMMON}${sections}`);
  const {lvm} = scriptedLvm(steps);
  const {signal} = new AbortController();
  return await expandTasks({tasks: selectTasks(configuration, names), signal, lvmAt: () => lvm});
}

type Expanded = Awaited<ReturnType<typeof expanded>>;

function configs(tasks: Expanded): TaskConfig[] {
  return tasks.flatMap(({task}) => (task.state === 'valid' ? [task.config] : []));
}

function names(tasks: Expanded): string[] {
  return tasks.map(({task}) => `${task.name}${task.state === 'valid' ? '' : `: ${task.state}`}`);
}

function messages(tasks: Expanded): string[] {
  return tasks.flatMap(({task}) => (task.state === 'unusable' ? [task.error.message] : []));
}

const section = (name: string, source: string, more = '') =>
  `[${name}]\nsource_path = ${source}\ntarget_path = {group}/{volume}.img\n${more}`;

const to = (target: string, text: string) => text.replace('{group}/{volume}.img', target);

describe('a section with a pattern', () => {
  test('becomes a task for each ordinary volume, and says what it leaves out', async () => {
    const tasks = await expanded(section('all', '/dev/vg0/*', 'target_patch_dir = patches/{volume}\n'));
    expect(configs(tasks)).toMatchObject([
      {
        name: 'all/home',
        sourcePath: '/dev/vg0/home',
        targetPath: 'vg0/home.img',
        targetPatchDir: 'patches/home',
        lvmSnapshot: {name: 'home-bdsync'},
      },
      {name: 'all/thin', sourcePath: '/dev/vg0/thin', targetPath: 'vg0/thin.img'},
      {name: 'all/with-dash', sourcePath: '/dev/vg0/with-dash', targetPath: 'vg0/with-dash.img'},
    ]);
    expect(tasks.map(({leftOut}) => leftOut)).toEqual([
      [
        'vg0/home-snapshot: it belongs to a run of bdsync-manager',
        'vg0/pool: it is a pool',
        'vg0/thin-snapshot: it belongs to a run of bdsync-manager',
      ],
      [],
      [],
    ]);
  });

  test("leaves out others' snapshots, too", async () => {
    const theirs: Step = ['lvs', () => reportOf('group', ALL, {lv_tags: ''})];
    const tasks = await expanded(section('all', '/dev/vg0/*'), [], [theirs]);
    expect(names(tasks)).toEqual(['all/home', 'all/thin', 'all/with-dash']);
    expect(tasks[0]?.leftOut).toContain('vg0/home-snapshot: it is a snapshot of home');
  });

  test.each([
    ['source_include = [ht]*\n', ['all/home', 'all/thin']],
    ['source_exclude = t*, *-*\n', ['all/home']],
    ['source_include = home, thin\nsource_exclude = home\n', ['all/thin']],
    ['source_include = home, cellar\n', ['all/cellar: unusable', 'all/home']],
    ['source_include = home, pool\n', ['all/home', 'all/pool: unusable']],
  ])('narrowed by %j', async (more, expected) => {
    expect(names(await expanded(section('all', '/dev/vg0/*', more)))).toEqual(expected);
  });

  test('fails as a whole when nothing matches', async () => {
    const sections = section('vms', '/dev/vg0/vm-*') + section('rest', '/dev/vg0/home*', 'source_exclude = home\n');
    const tasks = await expanded(sections, [], [GROUP, GROUP]);
    expect(names(tasks)).toEqual(['vms: unusable', 'rest: unusable']);
    expect(messages(tasks)).toEqual([
      'no volume of group vg0 matches vm-*',
      'no volume of group vg0 matches home* and none of home',
    ]);
    expect(tasks[1]?.task).toMatchObject({
      error: {hint: 'not counted are vg0/home-snapshot: it belongs to a run of bdsync-manager'},
    });
  });

  test('fails alone when LVM does not answer, or knows no such group', async () => {
    const sections = section('a', '/dev/vg1/*') + section('b', '/dev/vg2/*') + section('c', '/dev/vg0/home*');
    const tasks = await expanded(
      sections,
      [],
      [
        ['lvs', {status: 5, stderr: '  Volume group "vg1" not found\n  Cannot process volume group vg1\n'}],
        ['lvs', {status: 5, stderr: "  Can't get lock for vg2.\n"}],
        GROUP,
      ],
    );
    expect(names(tasks)).toEqual(['a: unusable', 'b: unusable', 'c/home']);
    expect(messages(tasks)).toEqual([
      'the volume group vg1 does not exist or has no volumes',
      "cannot list vg2: Can't get lock for vg2",
    ]);
  });

  test('has a task that fails for a volume that is not active', async () => {
    const inactive: Step = ['lvs', () => reportOf('group', ['home'], {lv_attr: '-wi-------'})];
    const [task] = await expanded(section('all', '/dev/vg0/*'), [], [inactive]);
    expect(task?.task).toMatchObject({
      name: 'all/home',
      state: 'unusable',
      error: {
        code: 'volume-inactive',
        message: 'the volume vg0/home is not active',
        hint: 'activate it (lvchange -ay vg0/home), or leave it out with source_exclude',
      },
    });
  });

  test('is not looked at when it is disabled', async () => {
    const tasks = await expanded(section('all', '/dev/vg0/*', 'disabled = yes\n'), [], []);
    expect(tasks).toMatchObject([{task: {name: 'all', state: 'valid', config: {disabled: true}}}]);
  });
});

describe('--task', () => {
  const SECTIONS =
    section('all', '/dev/vg0/*') +
    section('all/home', '/dev/vg0/home').replace('{group}/{volume}', 'own') +
    section('one', '/srv/x');

  test.each([
    [['all'], ['all/home', 'all/thin', 'all/with-dash']],
    [['all/thin'], ['all/thin']],
    [
      ['all/with-dash', 'one', 'all/thin', 'all/with-dash'],
      ['all/with-dash', 'all/thin', 'one'],
    ],
    [
      ['all/thin', 'all'],
      ['all/home', 'all/thin', 'all/with-dash'],
    ],
    [['all/pool'], ['all/pool: unusable']],
    [['all/cellar'], ['all/cellar: unusable']],
  ])('%j selects %j', async (wanted, expected) => {
    expect(names(await expanded(SECTIONS, wanted))).toEqual(expected);
  });

  test('locks what has its snapshots taken together in the order of the names', async () => {
    const together = section('all', '/dev/vg0/*', 'lvm_snapshot_together = yes\n');
    const tasks = await expanded(together, ['all/thin', 'all/home']);
    expect(names(tasks)).toEqual(['all/home', 'all/thin']);
    expect(tasks.map(({snapshotTogether}) => snapshotTogether)).toEqual([true, true]);
  });

  test('means the section of just this name, if there is one', async () => {
    const [only] = configs(await expanded(SECTIONS, ['all/home'], []));
    expect(only?.targetPath).toBe('own.img');
  });

  test.each(['all/', 'one/x', 'all/a/b', '/home', 'vms/a'])('does not know %s', async (name) => {
    await expect(expanded(SECTIONS + section('vms', '/dev/vg0/vm-*'), [name])).rejects.toMatchObject({
      code: 'unknown-task',
      message: `unknown task '${name}'`,
    });
  });

  test('tells that the patterns leave a volume out', async () => {
    const vms = section('vms', '/dev/vg0/vm-*', 'source_exclude = *-swap\n');
    await expect(expanded(vms, ['vms/vm-a-swap'])).rejects.toMatchObject({
      hint: 'the patterns of its section leave the volume vm-a-swap out',
    });
  });
});

describe('a target', () => {
  test('is never shared by volumes of two groups', async () => {
    const sections =
      to('images/{volume}.img', section('a', '/dev/vg0/h*')) +
      to('./images/./{volume}.img', section('b', '/dev/vg1/*', 'source_include = home, thin\n')) +
      to('images/home.img', section('other host', '/dev/sdb', 'connection_command = ssh h\n')) +
      to('images/home.img', section('off', '/dev/sdc', 'disabled = yes\n')) +
      to('images/thin.img', section('thin', '/dev/sdd'));
    const other: Step = ['lvs', () => reportOf('group', ['home', 'thin'], {vg_name: 'vg1'})];
    const tasks = await expanded(sections, [], [GROUP, other]);
    expect(messages(tasks)).toEqual([
      'a/home and b/home would write the same target, images/home.img on this machine',
      'b/home and a/home would write the same target, ./images/./home.img on this machine',
      'b/thin and thin would write the same target, ./images/./thin.img on this machine',
      'thin and b/thin would write the same target, images/thin.img on this machine',
    ]);
    expect(names(tasks)).toContain('other host');
    expect(names(tasks)).toContain('off');
  });

  test('may be shared by two sections that name it in full', async () => {
    const one = section('mon', '/dev/sda').replace('{group}/{volume}', 'x');
    expect(names(await expanded(one + one.replace('mon', 'tue'), [], []))).toEqual(['mon', 'tue']);
  });
});

test('the address that is told of a task can be one for each volume', async () => {
  const url = 'ping_url = https://hc.example.org/key/{group}-{volume}?create=1\n';
  const tasks = await expanded(section('all', '/dev/vg0/*', `source_include = home, gone\n${url}`));
  const told = tasks.map(({task}) => (task.state === 'valid' ? task.config : task).notify.ping?.reveal().href);
  expect(told).toEqual([
    'https://hc.example.org/key/vg0-gone?create=1',
    'https://hc.example.org/key/vg0-home?create=1',
  ]);
});
