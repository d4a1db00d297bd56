import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {type Configuration, loadConfiguration} from '#dist/tasks/config/configuration.js';
import {reportSnapshots} from '#dist/tasks/snapshots/report-snapshots.js';
import type {SnapshotRecord} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {lockTask} from '#dist/tasks/state/run-lock.js';
import {configOrigin, taskId} from '#dist/tasks/state/task-id.js';
import {snapshotTags} from '#dist/lvm/tags.js';
import {reportOf, scriptedLvm, type Step} from '../../support/scripted-lvm.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const UUID = 'G5kP1p-eBSZ-fx04-zpiN-eQhF-oNoE-GPyuWm';
const ORIGIN = 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf';
const NOTHING: Step = ['lvs', {stdout: '{"report": [{"lv": []}]}'}];
const {signal} = new AbortController();

/** A task `home` of a configuration, of which a run was killed when it had recorded its snapshot. */
async function killedRun() {
  const folder = await temporaryFolder();
  const file = join(folder, 'nightly.conf');
  const stateDir = join(folder, 'state');
  await writeFile(
    file,
    `[home]\nsource_path = /dev/vg0/home\ntarget_path = /srv/home.img\napply_patch_in_place = yes\n` +
      `state_dir = ${stateDir}\nlvm_snapshot_enabled = yes\n[other]\n`,
  );
  const configuration = await loadConfiguration(file);
  const id = taskId('home', await configOrigin(file));
  const tags = snapshotTags({task: 'home', taskId: id, runId: '4f1c'});
  const record: SnapshotRecord = {
    kind: 'snapshot',
    programPath: '/sbin/lvm',
    tags,
    volume: {vg: 'vg0', name: 'home-snapshot', originUuid: ORIGIN, uuid: UUID},
  };
  const left = (changes: Readonly<Record<string, string>> = {}): Step => [
    'lvs',
    () => reportOf('group', ['home-snapshot'], {lv_tags: tags.join(','), ...changes}),
  ];
  await (await Leftovers.open(stateDir, id)).add(record);
  const recorded = async () => (await Leftovers.open(stateDir, id)).list();
  return {configuration, stateDir, id, tags, left, recorded};
}

async function report(configuration: Configuration, steps: readonly Step[], clean = false) {
  const {lvm, calls} = scriptedLvm(steps);
  const world = {lvmAt: () => lvm, now: () => 2_000_000_000_000};
  const result = await reportSnapshots({configuration, names: [], clean, signal}, world);
  expect(calls).toHaveLength(steps.length);
  return result;
}

it('tells what a killed run left, and lets it be', async () => {
  const {configuration, left, recorded} = await killedRun();
  const {snapshots} = await report(configuration, [left(), left()]);
  expect(snapshots).toMatchObject([
    {task: 'home', volume: 'vg0/home-snapshot', origin: 'vg0/home', kind: 'classic', uuid: UUID, state: 'left-over'},
  ]);
  expect(snapshots[0]?.ageSeconds).toBeGreaterThan(0);
  expect(await recorded()).toHaveLength(1);
});

it('removes it, and the record of it', async () => {
  const {configuration, left, recorded} = await killedRun();
  const steps: Step[] = [left(), left(), left(), left(), ['lvremove', {}], NOTHING, NOTHING];
  const {snapshots} = await report(configuration, steps, true);
  expect(snapshots).toMatchObject([{volume: 'vg0/home-snapshot', state: 'removed', reason: undefined}]);
  expect(await recorded()).toEqual([]);
});

it('forgets a record of what is not there any more', async () => {
  const {configuration, recorded} = await killedRun();
  expect((await report(configuration, [NOTHING, NOTHING, NOTHING], true)).snapshots).toEqual([]);
  expect(await recorded()).toEqual([]);
});

it('tells why something could not be removed', async () => {
  const {configuration, left, recorded} = await killedRun();
  const refused: Step = ['lvremove', {status: 5, stderr: '  Logical volume vg0/home-snapshot in use.\n'}];
  const attempts = [1, 2, 3, 4].flatMap(() => [left(), refused]);
  const {snapshots} = await report(configuration, [left(), left(), left(), ...attempts, left(), left()], true);
  expect(snapshots).toMatchObject([
    {
      state: 'left-over',
      reason: 'cannot remove the snapshot vg0/home-snapshot: Logical volume vg0/home-snapshot in use.',
    },
  ]);
  expect(await recorded()).toHaveLength(1);
});

it('never touches what a run under way uses', async () => {
  const {configuration, stateDir, id, left} = await killedRun();
  await using lock = await lockTask({stateDir, taskId: id, task: 'home', wait: false, signal});
  expect(lock).toBeDefined();
  const {snapshots} = await report(configuration, [left(), left()], true);
  expect(snapshots).toMatchObject([{state: 'in-use', reason: expect.stringContaining(`pid ${process.pid} of`)}]);
});

it('does not call that left over which a run removes meanwhile', async () => {
  const {configuration, left} = await killedRun();
  expect((await report(configuration, [left(), NOTHING])).snapshots).toEqual([]);
});

it.each([
  ['was renamed', {lv_name: 'kept'}, 'its name was home-snapshot'],
  ['is of another origin', {origin_uuid: 'x'}, 'it is not a snapshot of the same volume'],
  ['is another volume', {lv_uuid: 'x'}, `its uuid is not ${UUID}`],
  ['lost all tags', {lv_tags: ''}, 'it does not carry the tags bdsync-manager, '],
  ['lost the tags of its run', {lv_tags: 'bdsync-manager'}, 'it does not carry the tags bdsync-manager, '],
])('leaves alone and doubts what %s', async (_what, changes, reason) => {
  const {configuration, left, recorded} = await killedRun();
  const steps = [left(changes), left(changes)];
  const expected = [{state: 'doubtful', task: 'home', reason: expect.stringContaining(reason)}];
  expect((await report(configuration, steps)).snapshots).toMatchObject(expected);
  expect((await report(configuration, [...steps, left(changes), ...steps], true)).snapshots).toMatchObject(expected);
  expect(await recorded()).toHaveLength(1);
});

it('doubts what no run has recorded, and what does not tell its task', async () => {
  const {configuration, left, stateDir, id} = await killedRun();
  const unknown = snapshotTags({task: 'home', taskId: id, runId: 'never'}).join(',');
  const changes = {lv_uuid: 'x', lv_tags: unknown};
  expect((await report(configuration, [left(changes), left(changes)])).snapshots).toMatchObject([
    {state: 'doubtful', reason: `no run has recorded it in ${stateDir}`},
  ]);
  const mute = {lv_uuid: 'x', lv_tags: 'bdsync-manager'};
  expect((await report(configuration, [left(mute), left(mute)])).snapshots).toMatchObject([
    {state: 'doubtful', task: undefined, reason: 'its tags do not tell which task it was made for'},
  ]);
});

it('leaves the tasks of another configuration to that one', async () => {
  const {configuration, left} = await killedRun();
  const foreign = {lv_uuid: 'x', lv_tags: snapshotTags({task: 'home', taskId: 'home-f00', runId: '1'}).join(',')};
  expect((await report(configuration, [left(foreign), left(foreign)])).snapshots).toMatchObject([
    {state: 'other-configuration', task: 'home'},
  ]);
});

it('tells and removes nothing of other tasks when it is asked for one', async () => {
  const {configuration, left, recorded} = await killedRun();
  const {lvm} = scriptedLvm([left(), left(), left(), left()]);
  const request = {configuration, names: ['other'], clean: true, signal};
  const {snapshots} = await reportSnapshots(request, {lvmAt: () => lvm, now: Date.now});
  expect(snapshots).toEqual([]);
  expect(await recorded()).toHaveLength(1);
});

it('knows nothing of volumes that are not ours', async () => {
  const {configuration} = await killedRun();
  const foreign: Step = ['lvs', () => reportOf('group', ['home'])];
  expect((await report(configuration, [foreign])).snapshots).toEqual([]);
});

it('says so where there is no LVM, and fails where it fails', async () => {
  const {configuration} = await killedRun();
  const missing: Step = ['lvs', {status: 127, stderr: "env: '/sbin/lvm': No such file or directory\n"}];
  expect(await report(configuration, [missing])).toMatchObject({snapshots: [], missingProgram: '/sbin/lvm'});
  const failing: Step = ['lvs', {status: 5, stderr: '  /dev/mapper/control: open failed: Permission denied\n'}];
  await expect(report(configuration, [failing])).rejects.toMatchObject({code: 'lvm-denied'});
});

it('refuses a task that the configuration does not have', async () => {
  const {configuration} = await killedRun();
  const request = {configuration, names: ['hoem'], clean: true, signal};
  await expect(reportSnapshots(request)).rejects.toMatchObject({code: 'unknown-task'});
});
