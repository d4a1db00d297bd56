import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import {appendRecord} from '#dist/tasks/history/append-record.js';
import {findGoneTasks} from '#dist/tasks/recovery/find-gone-tasks.js';
import {goneFindings} from '#dist/tasks/recovery/gone-findings.js';
import {recoverTasks} from '#dist/tasks/recovery/recover-tasks.js';
import type {ExpandedTask} from '#dist/tasks/sets/expanded-task.js';
import type {FileRecord} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {lockTask} from '#dist/tasks/state/run-lock.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {endedRecord} from '../../support/run-records.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const {signal} = new AbortController();

async function site(lines = '[home]\nsource_path = /s\ntarget_path = /t\n') {
  const folder = await temporaryFolder();
  const [file, stateDir] = [join(folder, 'tasks.conf'), join(folder, 'state')];
  await writeFile(file, `[DEFAULT]\nstate_dir = ${stateDir}\napply_patch_in_place = yes\n${lines}`);
  const configuration = await loadConfiguration(file);
  const record: FileRecord = {kind: 'file', connection: [], quoting: 'auto', path: join(folder, 'patch-1.bdsync')};
  const note = async (task: string, {origin = file, isTold = true} = {}): Promise<void> => {
    const leftovers = await Leftovers.open(stateDir, taskId(task, origin), isTold ? {owner: {task, origin}} : {});
    await leftovers.add(record);
  };
  const find = async (expanded?: readonly ExpandedTask[]) =>
    await findGoneTasks({configured: configuration.tasks, expanded, origin: file});
  return {folder, file, stateDir, configuration, record, note, find};
}

describe('what is noted of tasks that are gone', () => {
  it('is found by whose it says it is, and not what other configurations or tasks that are there noted', async () => {
    const {note, find, record, stateDir, file} = await site();
    await note('home');
    await note('my/old task');
    await note('old', {origin: '/etc/other.conf'});
    const id = taskId('my/old task', file);
    expect(await find()).toEqual([{task: 'my/old task', taskId: id, stateDir, records: [record]}]);
  });

  it('is found by past runs where it does not say so itself', async () => {
    const {note, find, stateDir, file} = await site();
    await note('old', {isTold: false});
    expect(await find()).toEqual([]);
    await appendRecord(stateDir, taskId('old', file), {...endedRecord('1', {task: 'old'}), origin: file});
    expect(await find()).toMatchObject([{task: 'old'}]);
  });

  it('is left to the run that is still at work on it', async () => {
    const {note, find, stateDir, file} = await site();
    await note('old');
    const lock = await lockTask({stateDir, taskId: taskId('old', file), task: 'old', wait: false, signal});
    expect(await find()).toEqual([]);
    await lock[Symbol.asyncDispose]();
    expect(await find()).toHaveLength(1);
  });

  it('is not guessed of volumes of a section that were not asked for', async () => {
    const section = '[data]\nsource_path = /dev/vg0/*\nlvm_snapshot_enabled = yes\ntarget_path = /t/{volume}\n';
    const {note, find, configuration} = await site(section);
    const [data] = configuration.tasks;
    if (data?.state !== 'set') throw new Error(JSON.stringify(data));
    await note('data/mail');
    expect(await find()).toEqual([]);
    const web = {...data, name: 'data/web', state: 'valid' as const};
    const common = {byName: false, snapshotTogether: false, leftOut: []};
    // Disabled, say: nobody asked for its volumes.
    expect(await find([{...common, section: undefined, task: {...data, state: 'valid'}}])).toEqual([]);
    expect(await find([{...common, section: 'data', task: web}])).toMatchObject([{task: 'data/mail'}]);
  });

  it('is removed by recover where it is only a file, and told', async () => {
    const {folder, note, find, record, configuration} = await site();
    await writeFile(record.path, 'a patch');
    await note('old');
    expect((await find()).flatMap(goneFindings)).toMatchObject([
      {
        isIncomplete: false,
        message: `left over by task old, which is not configured any more: the file ${record.path} on this machine`,
      },
    ]);
    const report = await recoverTasks({configuration, names: [], rollback: false, signal});
    expect(report).toMatchObject({applications: [], removed: [expect.stringContaining(record.path)], warnings: []});
    expect(await readdir(folder)).not.toContain('patch-1.bdsync');
    expect(await find()).toEqual([]);
  });

  it('is kept and told by recover where it cannot be understood', async () => {
    const {note, find, stateDir, file, configuration} = await site();
    await note('old');
    await appendRecord(stateDir, taskId('old', file), {...endedRecord('1', {task: 'old'}), origin: file});
    const path = join(stateDir, 'temporary', `${taskId('old', file)}.json`);
    await writeFile(path, '{');
    expect(await find()).toMatchObject([{task: 'old', records: [{kind: 'unknown'}]}]);
    const {applications} = await recoverTasks({configuration, names: [], rollback: false, signal});
    expect(applications).toMatchObject([{task: 'old', state: 'failed', message: expect.stringContaining(path)}]);
    expect(await find()).toHaveLength(1);
  });
});
