import {existsSync} from 'node:fs';
import {chmod, readdir, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {CheckedTask, CheckReport} from '#dist/tasks/check/check-report.js';
import type {RunReport} from '#dist/tasks/report.js';
import {noise} from '../support/images.js';
import {attachLoopDevice, noLoopDevices} from '../support/loop-device.js';
import {reportOf} from '../support/scripted-lvm.js';
import {taskReportOf} from '../support/reports.js';
import {runBdsync, startBdsync} from '../support/run-bdsync.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram, type ProgramResult} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

type Keys = Readonly<Record<string, string>>;

/** A far end of ours, on this machine. */
const FAR: Keys = {connection_command: 'env A=1', remote_bdsync_bin: BDSYNC};

/** A folder with a source of 5000 bytes, a target as large, and tasks between them. */
async function place(tasks: Readonly<Record<string, Keys>>) {
  const folder = await temporaryFolder();
  const [source, target, state] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'state')];
  await writeFile(source, noise(5000, 1));
  await writeFile(target, noise(5000, 2));
  const usual = {source_path: source, target_path: target, apply_patch_in_place: 'yes', state_dir: state};
  const sections = Object.entries(tasks).map(([name, keys]) => [name, {...usual, ...keys}] as const);
  const config = await writeConfig(join(folder, 'tasks.conf'), Object.fromEntries(sections));
  const manager = (...words: string[]): Promise<ProgramResult> =>
    runProgram(BDSYNC_MANAGER, [...words, '--config', config, '--json'], {STATE_DIRECTORY: state});
  return {folder, source, target, state, manager};
}

/** Keys of a task that reads from a snapshot of what its LVM takes for the volume vg0/home. */
async function fromVolume(): Promise<Keys> {
  const folder = await temporaryFolder();
  const [source, report, program] = [join(folder, 'volume'), join(folder, 'report'), join(folder, 'lvm')];
  await writeFile(source, noise(5000, 1));
  await writeFile(report, (await reportOf('group', ['home'], {lv_path: source})).stdout);
  await writeFile(program, `#!/bin/sh\n[ "$1" = lvs ] && exec cat ${report}\n`, {mode: 0o755});
  return {source_path: source, lvm_snapshot_enabled: 'yes', lvm_program_path: program};
}

function checkedIn({stdout}: ProgramResult): readonly CheckedTask[] {
  const report: CheckReport = JSON.parse(stdout);
  return report.tasks;
}

function needsIn(result: ProgramResult): string[] {
  return checkedIn(result).flatMap(({unmetNeeds}) => unmetNeeds.map(({message}) => message));
}

describe('check', () => {
  it('warns where no task is enabled, and where there is none', async () => {
    for (const tasks of [{}, {old: {disabled: 'yes'}}]) {
      const {folder, manager} = await place(tasks);
      const {status, stdout} = await manager('check');
      const message = `no enabled task in ${join(folder, 'tasks.conf')}: nothing is copied`;
      expect({status, warnings: JSON.parse(stdout).warnings}).toEqual({status: 0, warnings: [{message, hint: null}]});
    }
    const {manager} = await place({disk: {}, old: {disabled: 'yes'}});
    expect(JSON.parse((await manager('check')).stdout)).toMatchObject({warnings: []});
  });

  for (const [where, keys] of [
    ['here', {}],
    ['on a far end of ours', FAR],
  ] as const) {
    it(`finds a target ${where} ready, and writes nothing`, async () => {
      const {folder, state, manager} = await place({disk: keys});
      const before = await readdir(folder);
      const result = await manager('check');
      expect(result).toMatchObject({status: 0, stderr: ''});
      expect(checkedIn(result)[0]?.facts.join('\n')).toMatch(/target .*: 4\.9KiB/);
      expect(await readdir(folder)).toEqual(before);
      await expect(stat(state)).rejects.toThrow('ENOENT');
    });

    it(`only warns of a run that has the target ${where}`, async () => {
      const {target, state, manager} = await place({disk: keys});
      const holder = startBdsync([`--hold=${target}`, '--holder=the nightly run', `--state-dir=${state}`]);
      await new Promise((resolve) => holder.child.stdout?.once('data', resolve));
      const result = await manager('check');
      expect(result.status).toBe(0);
      expect(checkedIn(result)[0]?.warnings.map(({message}) => message)).toEqual([
        expect.stringContaining('is held by the nightly run'),
      ]);
      holder.stdin.end();
      await holder.result;
    });
  }

  it('goes on after a host that hangs', async () => {
    const hanging = {...FAR, connection_command: "sh -c 'exec sleep 300'", stall_timeout: '1'};
    const {manager} = await place({hangs: hanging, works: {}});
    const result = await manager('check');
    expect(result.status).toBe(3);
    expect(checkedIn(result).map(({task, unmetNeeds}) => [task, unmetNeeds.map(({message}) => message)])).toEqual([
      ['hangs', [expect.stringContaining('nothing moved for 1 seconds while waiting for')]],
      ['works', []],
    ]);
  });

  it('finds options that the engine cannot obey, where they are written', async () => {
    const {folder, manager} = await place({disk: {bdsync_args: '--hash=nosuch'}, other: {}});
    const result = await manager('check');
    expect(result.status).toBe(2);
    const [disk, other] = checkedIn(result);
    expect(disk?.configErrors).toMatchObject([{message: expect.stringMatching(/^.*tasks\.conf:\d+: .*bdsync_args/)}]);
    expect(other).toMatchObject({configErrors: [], unmetNeeds: []});
    expect(await readdir(folder)).not.toContain('state');
    expect(await manager('run', '--task', 'disk')).toMatchObject({status: 2});
    // Nothing was begun: all that stays is that the run failed.
    expect(await readdir(join(folder, 'state'))).toEqual(['history']);
  });

  it('finds such options also where a program of ours was to obey them', async () => {
    const {manager} = await place({disk: {bdsync_args: '--hash=nosuch', local_bdsync_bin: BDSYNC}});
    const checked = await manager('check');
    expect([checked.status, needsIn(checked)]).toEqual([3, ["unknown digest 'nosuch'"]]);
    expect(await manager('run')).toMatchObject({status: 3});
  });

  it('tells of a target what a run would', async () => {
    const {manager} = await place({
      missing: {target_path: '/dev/bdsync-manager-test-none', create_target_if_missing: 'yes'},
      nowhere: {target_path: '/nonexistent/folder/t.img', create_target_if_missing: 'yes'},
      unasked: {target_path: '/bdsync-manager-test-none.img'},
      folder: {target_path: '/'},
    });
    const checked = await manager('check');
    const ran = await manager('run');
    expect([checked.status, ran.status]).toEqual([3, 3]);
    const needs = needsIn(checked);
    expect(needs).toHaveLength(4);
    const report: {tasks: {failure?: {message: string}}[]} = JSON.parse(ran.stdout);
    expect(report.tasks.map(({failure}) => failure?.message)).toEqual(needs);
  });

  it('warns of two tasks that overwrite each other, and so does a run', async () => {
    const [other, target] = [join(await temporaryFolder(), 'o.img'), join(await temporaryFolder(), 't.img')];
    await writeFile(other, noise(5000, 3));
    await writeFile(target, noise(5000, 4));
    const {manager} = await place({home: {target_path: target}, mail: {source_path: other, target_path: target}});
    const checked = await manager('check');
    expect(checked.status).toBe(0);
    expect(checkedIn(checked).map(({task, warnings}) => [task, warnings.map(({message}) => message)])).toEqual([
      ['home', [expect.stringContaining('this is the target of mail as well')]],
      ['mail', [expect.stringContaining('this is the target of home as well')]],
    ]);
    const ran = await manager('run');
    expect(ran.status).toBe(0);
    expect(ran.stderr).toMatch(
      /^\[Task home\] WARNING: .* target of mail .*\n.*\n\[Task mail\] WARNING: .* target of home /,
    );
  });

  it('tells of a device that cannot follow its source', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const image = join(await temporaryFolder(), 'device.img');
    await writeFile(image, '');
    await truncate(image, 2 ** 20);
    const device = attachLoopDevice(image);
    const {manager} = await place({disk: {target_path: device, bdsync_args: '--diffsize=resize'}});
    const checked = await manager('check');
    expect(checked.status).toBe(3);
    expect(needsIn(checked)).toEqual([expect.stringContaining('a device cannot be resized here')]);
    expect(await manager('run')).toMatchObject({status: 3});
  });

  it('finds that a command around the snapshot cannot be started', async () => {
    const snapshot = {...(await fromVolume()), lvm_snapshot_size: '4M'};
    const {manager} = await place({
      missing: {...snapshot, before_snapshot: '/no/such/program -f', after_snapshot: 'no-such-program'},
      unfit: {...snapshot, before_snapshot: '/etc/passwd'},
      there: {...snapshot, before_snapshot: 'sh -c true', after_snapshot: '/bin/sh -c true'},
      unused: {before_snapshot: '/no/such/program'},
    });
    const [missing, unfit, there, unused] = checkedIn(await manager('check'));
    expect(missing?.unmetNeeds).toMatchObject([
      {message: expect.stringContaining('before_snapshot: /no/such/program is not an executable file')},
      {message: 'after_snapshot: there is no program "no-such-program" in the search path'},
    ]);
    expect(unfit?.unmetNeeds).toHaveLength(1);
    expect([there?.unmetNeeds, unused?.unmetNeeds]).toEqual([[], []]);
    const plan = await manager('run', '--task', 'there', '--dry-run');
    expect(taskReportOf(plan)).toMatchObject({
      plan: {beforeSnapshot: ['sh', '-c', 'true'], afterSnapshot: ['/bin/sh', '-c', 'true']},
    });
    expect(taskReportOf(await manager('run', '--task', 'missing', '--dry-run'))).toMatchObject({
      failure: {code: 'snapshot-hook', stage: 'check source'},
    });
  });

  it('finds that there can be no snapshot, and so does a run before it creates a target', async () => {
    const target = join(await temporaryFolder(), 'new.img');
    const snapshot = {...(await fromVolume()), target_path: target, create_target_if_missing: 'yes'};
    const {manager} = await place({
      'no size': snapshot,
      taken: {...snapshot, lvm_snapshot_size: '4M', lvm_snapshot_name: 'home'},
      'no volume': {...snapshot, source_path: BDSYNC},
    });
    const messages = [
      'a snapshot of vg0/home needs a size',
      'cannot create the snapshot vg0/home of vg0/home: the name is taken by a volume that is not of bdsync-manager',
      `${BDSYNC} is a regular file, not a logical volume`,
    ];
    expect(needsIn(await manager('check'))).toEqual(messages);
    const result = await manager('run');
    expect(result.status).toBe(3);
    const {tasks}: RunReport = JSON.parse(result.stdout);
    expect(tasks.map((task) => task.state === 'failed' && task.failure.message)).toEqual(messages);
    expect(existsSync(target)).toBe(false);
  });

  it('tells that a source is ciphertext, for which --zeroblocks is of no use', async () => {
    const {source, manager} = await place({disk: {bdsync_args: '--zeroblocks'}, other: {}});
    await writeFile(source, Buffer.concat([Buffer.from('LUKS\xba\xbe\0\x02', 'latin1'), noise(4992, 3)]));
    const [disk, other] = checkedIn(await manager('check'));
    expect(disk?.warnings).toMatchObject([{message: expect.stringContaining('--zeroblocks is of no use')}]);
    expect(other?.warnings).toEqual([]);
    expect(other?.facts).toContain(`source ${source} is encrypted (LUKS2) and copied as it is, unopened`);
    const run = await manager('run', '--task', 'disk');
    expect(taskReportOf(run)).toMatchObject({notes: [expect.stringContaining('--zeroblocks is of no use')]});
  });

  it('refuses a state folder that others may write, as a run does', async () => {
    const shared = await temporaryFolder();
    await chmod(shared, 0o1777);
    const {manager} = await place({disk: {state_dir: shared}});
    const checked = await manager('check');
    expect(checked.status).toBe(3);
    expect(needsIn(checked)).toEqual([`the state folder ${shared} can be written by others`]);
    const ran = await manager('run');
    expect(ran).toMatchObject({status: 3, stderr: expect.stringContaining(`chmod go-w ${shared}`)});
    expect(taskReportOf(ran)).toMatchObject({failure: {code: 'state-dir'}});
    expect(await readdir(shared)).toEqual([]);
  });
});

describe('a run', () => {
  it('waits for who only asks whether its target could be held', async () => {
    const {target, manager} = await place({disk: {}});
    const asking = startBdsync([`--hold=${target}`, '--holder=']);
    await new Promise((resolve) => asking.child.stdout?.once('data', resolve));
    const running = manager('run');
    setTimeout(() => asking.stdin.end(), 1000);
    expect(await running).toMatchObject({status: 0});
    expect(await runBdsync([`--hold=${target}`, '--holder='])).toMatchObject({status: 0});
  });
});
