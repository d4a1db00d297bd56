import {appendFile, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import {appendRecord} from '#dist/tasks/history/append-record.js';
import type {RunRecord} from '#dist/tasks/history/run-record.js';
import {type LogRequest, reportLog} from '#dist/tasks/log/report-log.js';
import {lockTask} from '#dist/tasks/state/run-lock.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {endedRecord, failedRecord, startedRecord} from '../../support/run-records.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const ALL = {names: [], sinceMs: undefined, failedOnly: false, limit: undefined};

/** A configuration with `home` and the section `vms`, and these records of its tasks. */
async function logWith(records: readonly RunRecord[]) {
  const folder = await temporaryFolder();
  const file = join(folder, 'tasks.conf');
  const stateDir = join(folder, 'state');
  await writeFile(
    file,
    `[DEFAULT]\nstate_dir = ${stateDir}\napply_patch_in_place = yes\ntarget_path = /t\n[home]\nsource_path = /s\n[vms]\nsource_path = /dev/vg0/vm-*\ntarget_path = /t/{volume}\n`,
  );
  for (const record of records) await appendRecord(stateDir, taskId(record.task, file), {...record, origin: file});
  const configuration = await loadConfiguration(file);
  const log = (request: Partial<LogRequest> = {}) => reportLog({configuration, ...ALL, ...request});
  return {file, stateDir, log, runs: async (request?: Partial<LogRequest>) => namesOf((await log(request)).runs)};
}

function namesOf(runs: readonly {readonly task: string; readonly run: string; readonly outcome: string}[]): string[] {
  return runs.map(({task, run, outcome}) => `${task} ${run} ${outcome}`);
}

function begin(day: number): {startedAt: string} {
  return {startedAt: `2026-11-${String(day).padStart(2, '0')}T02:00:00.000Z`};
}

const RECORDS = [
  startedRecord('1', begin(1)),
  endedRecord('1', begin(1)),
  startedRecord('3', begin(3)),
  failedRecord('4', begin(4)),
  endedRecord('2', {task: 'vms/vm-1', ...begin(2)}),
  endedRecord('5', {task: 'vms/vm-2', outcome: 'cancelled', ...begin(5)}),
  endedRecord('0', {task: 'gone', ...begin(1)}),
];

describe('past runs', () => {
  it('come with the newest last, those of tasks that are gone included', async () => {
    const {log, runs, file} = await logWith(RECORDS);
    expect(await runs()).toEqual([
      'gone 0 synced',
      'home 1 synced',
      'vms/vm-1 2 synced',
      'home 3 did-not-end',
      'home 4 failed',
      'vms/vm-2 5 cancelled',
    ]);
    expect(await log()).toMatchObject({configFile: file, olderRuns: 0, strangeLines: 0, remarks: []});
  });

  it('can be those of a task, of a section, of a volume, of a task that is gone', async () => {
    const {runs} = await logWith(RECORDS);
    expect(await runs({names: ['home']})).toEqual(['home 1 synced', 'home 3 did-not-end', 'home 4 failed']);
    expect(await runs({names: ['vms']})).toEqual(['vms/vm-1 2 synced', 'vms/vm-2 5 cancelled']);
    expect(await runs({names: ['vms/vm-2', 'gone']})).toEqual(['gone 0 synced', 'vms/vm-2 5 cancelled']);
    await expect(runs({names: ['hom']})).rejects.toMatchObject({code: 'unknown-task'});
  });

  it('can be those that failed, those since a time, the newest', async () => {
    const {runs, log} = await logWith(RECORDS);
    expect(await runs({failedOnly: true})).toEqual(['home 3 did-not-end', 'home 4 failed', 'vms/vm-2 5 cancelled']);
    expect(await runs({sinceMs: Date.parse('2026-11-04T02:00:00Z')})).toEqual([
      'home 4 failed',
      'vms/vm-2 5 cancelled',
    ]);
    expect(namesOf((await log({limit: 1})).runs)).toEqual(['vms/vm-2 5 cancelled']);
    expect(await log({limit: 1})).toMatchObject({olderRuns: 5});
    expect(await log({limit: 0})).toMatchObject({runs: [], olderRuns: 6});
  });

  it('tell of one that goes on', async () => {
    const {stateDir, file, runs} = await logWith([startedRecord('1')]);
    const id = taskId('home', file);
    await using lock = await lockTask({
      stateDir,
      taskId: id,
      task: 'home',
      wait: false,
      signal: new AbortController().signal,
    });
    expect(lock).toBeDefined();
    expect(await runs()).toEqual(['home 1 under-way']);
  });

  it('tell how many lines could not be read', async () => {
    const {stateDir, file, log} = await logWith([endedRecord('1')]);
    await appendFile(join(stateDir, 'history', `${taskId('home', file)}.jsonl`), 'x\ny\n');
    expect(await log()).toMatchObject({strangeLines: 2, runs: [{run: '1'}]});
  });

  it('are none where nothing was remembered', async () => {
    expect(await (await logWith([])).log()).toMatchObject({runs: [], olderRuns: 0});
  });

  it('are not to be had where they cannot be read', async () => {
    const {stateDir, log} = await logWith([]);
    await mkdir(stateDir, {mode: 0o700});
    await writeFile(join(stateDir, 'history'), '');
    await expect(log()).rejects.toMatchObject({code: 'state-dir'});
  });
});
