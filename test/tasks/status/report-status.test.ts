import {chmod, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {checkTasks} from '#dist/tasks/check/check.js';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import {notifyConfig} from '#dist/tasks/config/notify-config.js';
import {appendRecord} from '#dist/tasks/history/append-record.js';
import type {RunRecord} from '#dist/tasks/history/run-record.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {lockTask} from '#dist/tasks/state/run-lock.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {reportStatus, statusOfTasks} from '#dist/tasks/status/report-status.js';
import {TaskError} from '#dist/tasks/task-error.js';
import {endedRecord, failedRecord, startedRecord} from '../../support/run-records.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const NOW = Date.parse('2026-11-21T02:00:15.500Z');
const {signal} = new AbortController();

async function site(lines = '', records: readonly RunRecord[] = []) {
  const folder = await temporaryFolder();
  const [file, stateDir] = [join(folder, 'tasks.conf'), join(folder, 'state')];
  const defaults = `[DEFAULT]\nstate_dir = ${stateDir}\napply_patch_in_place = yes\n`;
  // Whoever connects is found out.
  const home = `[home]\nsource_path = /s\ntarget_path = /t\nconnection_command = touch ${join(folder, 'connected')}\n`;
  await writeFile(file, `${defaults}${home}${lines}`);
  for (const record of records) await appendRecord(stateDir, taskId(record.task, file), {...record, origin: file});
  const configuration = await loadConfiguration(file);
  const status = async (...names: string[]) => await reportStatus({configuration, names, signal}, () => NOW);
  return {folder, file, stateDir, id: taskId('home', file), status};
}

describe('the status of a configuration', () => {
  it('is that of all its tasks, in their order, the gravest first of all', async () => {
    const mail = '[mail]\nsource_path = /s\ntarget_path = /m\nwarn_after = 1h\n[old]\ndisabled = yes\n';
    const {status, file} = await site(mail, [endedRecord('1'), endedRecord('2', {task: 'mail'})]);
    const report = await status();
    expect(report).toMatchObject({configFile: file, at: '2026-11-21T02:00:15.500Z', level: 'warning'});
    expect(report.tasks.map(({task, level, disabled}) => [task, level, disabled])).toEqual([
      ['home', 'ok', false],
      ['mail', 'warning', false],
      ['old', 'ok', true],
    ]);
    expect(await status('home')).toMatchObject({level: 'ok', tasks: [{task: 'home'}]});
    await expect(status('hom')).rejects.toMatchObject({code: 'unknown-task'});
  });

  it('is unknown where no task is enabled, and where there is none', async () => {
    const {status, file} = await site('[old]\ndisabled = yes\n');
    expect(await status('old')).toMatchObject({level: 'unknown', tasks: [{task: 'old', level: 'ok'}]});
    expect(await statusOfTasks(file, [])).toMatchObject({level: 'unknown', tasks: []});
  });

  it('tells a task of a wrong configuration, with what is known of it', async () => {
    const broken = '[broken]\nsource_path = /s\nwarn_after = soon\n';
    const {status} = await site(broken, [endedRecord('1', {task: 'broken'})]);
    const [, task] = (await status()).tasks;
    expect(task).toMatchObject({level: 'critical', lastSuccess: {ageMs: 86_400_000}});
    expect(task?.problems.map(({kind}) => kind)).toEqual(['configuration', 'configuration']);
  });

  it('tells a run that was killed, and one that goes on', async () => {
    const {status, stateDir, id} = await site('', [endedRecord('1'), startedRecord('2')]);
    expect(await status()).toMatchObject({level: 'critical', tasks: [{problems: [{kind: 'did-not-end'}]}]});
    await using lock = await lockTask({stateDir, taskId: id, task: 'home', wait: false, signal});
    expect(lock).toBeDefined();
    expect(await status()).toMatchObject({level: 'ok', tasks: [{underWaySince: '2026-11-20T02:00:00.000Z'}]});
  });

  it('tells what was begun of a task that is disabled, and so does check', async () => {
    const target = {target_path: '/u', source_path: '/s', disabled: 'yes'};
    const lines = Object.entries(target).map(([key, value]) => `${key} = ${value}\n`);
    const {status, stateDir, file} = await site(`[old]\n${lines.join('')}`, [endedRecord('1')]);
    const leftovers = await Leftovers.open(stateDir, taskId('old', file));
    const since = '2026-11-20T02:00:00.000Z';
    await leftovers.add({kind: 'incomplete', connection: [], quoting: 'auto', targetPath: '/u', since});
    const report = await status('old');
    expect(report).toMatchObject({level: 'critical', tasks: [{disabled: true, level: 'critical'}]});
    expect(report.tasks[0]?.problems).toMatchObject([
      {
        kind: 'incomplete',
        text: expect.stringMatching(/^\/u on .*: the first run after it is enabled again completes it$/),
      },
    ]);
    const checked = await checkTasks({configuration: await loadConfiguration(file), names: ['old'], signal});
    expect(checked.tasks).toMatchObject([
      {
        disabled: true,
        unmetNeeds: [],
        warnings: [{message: expect.stringContaining('/u on this machine is incomplete')}],
      },
    ]);
  });

  it('tells what was begun and not finished, and what was left', async () => {
    const {status, stateDir, id} = await site('', [endedRecord('1')]);
    const leftovers = await Leftovers.open(stateDir, id);
    const onHost = {connection: ['ssh', 'store'], quoting: 'auto', path: '/p/patch'} as const;
    await leftovers.add({...onHost, kind: 'file'});
    await leftovers.add({
      ...onHost,
      kind: 'application',
      targetPath: '/t',
      program: ['bdsync'],
      options: [],
      since: '2026-11-20T02:00:00.000Z',
    });
    await leftovers.add({
      kind: 'snapshot',
      programPath: 'lvm',
      tags: [],
      volume: {vg: 'vg0', name: 'x', originUuid: 'u'},
    });
    await leftovers.add({
      kind: 'incomplete',
      connection: [],
      quoting: 'auto',
      targetPath: '/u',
      since: '2026-11-20T02:00:00.000Z',
    });
    await leftovers.add({kind: 'after-snapshot', task: 'home', sourcePath: '/s', snapshotName: 'x'});
    await leftovers.add({kind: 'unknown', file: '', content: {kind: 'newer'}});
    const [task] = (await status()).tasks;
    expect(task?.problems.map(({level, kind}) => `${level} ${kind}`)).toEqual([
      'critical incomplete',
      'critical incomplete',
      'warning left-over',
      'warning left-over',
      'warning left-over',
      'warning left-over',
    ]);
    const text = task?.problems.map((problem) => problem.text).join('\n');
    expect(text).toContain('/t on ssh store is incomplete since 20');
    expect(text).toMatch(/\/u on this machine is incomplete since 20.*: the next run completes it/);
    for (const what of [
      'the file /p/patch on ssh store, which the next run removes',
      'the snapshot vg0/x',
      'after_snapshot of x',
      'a note in /',
    ]) {
      expect(text).toContain(`left over by an interrupted run: ${what}`);
    }
  });

  it('asks no other machine, and makes nothing', async () => {
    const {status, folder, stateDir} = await site();
    expect(await status()).toMatchObject({level: 'warning', tasks: [{problems: [{kind: 'never-run'}]}]});
    expect((await status()).remarks[0]).toBe(`no run is recorded in ${stateDir}, which does not exist`);
    expect(await readdir(folder)).toEqual(['tasks.conf']);
  });

  it('is unknown where the state cannot be read, and the others are told', async () => {
    const {stateDir, status} = await site('', [endedRecord('1')]);
    await chmod(stateDir, 0o777);
    expect(await status()).toMatchObject({level: 'unknown', tasks: [{problems: [{kind: 'unreadable'}]}]});
    await chmod(stateDir, 0o700);
    expect(await status()).toMatchObject({level: 'ok'});
  });
});

describe('of a section of many volumes', () => {
  const section =
    '[vms]\nsource_path = /dev/bdsync-test-no-group/vm-*\ntarget_path = /t/{volume}\nlvm_program_path = /no/lvm\n';

  it('is critical when its volumes cannot be told', async () => {
    const {status} = await site(section);
    expect((await status('vms')).tasks).toMatchObject([
      {task: 'vms', problems: [{kind: 'configuration'}, {kind: 'never-run'}]},
    ]);
  });

  it('has the failure of the section as that of each volume, until one of its own follows', async () => {
    const ofSection = failedRecord('9', {task: 'vms', endedAt: '2026-11-21T02:00:00.000Z'});
    const records = [
      endedRecord('1', {task: 'vms/vm-1'}),
      ofSection,
      endedRecord('2', {task: 'vms/vm-2', endedAt: '2026-11-21T02:00:01.000Z'}),
    ];
    const {file, stateDir} = await site(section, records);
    const members = ['vm-1', 'vm-2'].map((volume) => ({
      task: {
        state: 'unusable' as const,
        name: `vms/${volume}`,
        warnings: [],
        stateDir,
        metricsFile: undefined,
        notify: notifyConfig({}),
        error: new TaskError('no-volumes', 'not there'),
      },
      byName: false,
      section: 'vms',
      snapshotTogether: false,
      leftOut: [],
    }));
    const {tasks} = await statusOfTasks(file, members, () => NOW);
    expect(tasks.map(({task, lastRun}) => [task, lastRun?.outcome])).toEqual([
      ['vms/vm-1', 'failed'],
      ['vms/vm-2', 'synced'],
    ]);
  });
});
