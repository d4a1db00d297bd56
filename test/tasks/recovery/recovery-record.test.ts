import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {connectionName} from '#dist/hosts/connection-name.js';
import {readHistory} from '#dist/tasks/history/read-history.js';
import type {RecoveredApplication} from '#dist/tasks/recovery/recovery-report.js';
import {RecoveryRecord} from '#dist/tasks/recovery/recovery-record.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {TaskError} from '#dist/tasks/task-error.js';
import {localTask} from '../../support/local-task.js';

const FINISHED: RecoveredApplication = {
  task: 'home',
  host: 'ssh store',
  target: '/t',
  state: 'finished',
  message: undefined,
  hint: undefined,
  errorLines: [],
};

/** A record of what was done to these, ended by `end`, and what can be read of it afterwards. */
async function remembered(
  applications: readonly RecoveredApplication[],
  end: (record: RecoveryRecord) => Promise<unknown> = (record) => record.end(),
) {
  const {plan} = (await localTask()).context;
  const record = new RecoveryRecord(plan, 'x.conf');
  await record.begin();
  record.applications.push(...applications);
  await end(record);
  const {records} = await readHistory(plan.stateDir, taskId('home', 'x.conf'));
  return {plan, records};
}

it('remembers that it began, and that all was finished or undone', async () => {
  const {plan, records} = await remembered([FINISHED, {...FINISHED, target: '/u', state: 'undone'}]);
  const ends = {
    source: plan.sourcePath,
    target: {host: connectionName(plan.target.connection), path: plan.target.path},
  };
  expect(records).toMatchObject([
    {kind: 'started', purpose: 'recover', process: {pid: process.pid}, ...ends},
    {
      kind: 'ended',
      run: records[0]?.run,
      purpose: 'recover',
      outcome: 'recovered',
      startedAt: records[0]?.startedAt,
      durationMs: expect.any(Number),
      failure: undefined,
      notes: ['/t: finished', '/u: undone'],
      ...ends,
    },
  ]);
});

it('remembers as failed what failed in part', async () => {
  const failed = {...FINISHED, state: 'failed', message: 'the journal is damaged', hint: 'remove it'} as const;
  const {records} = await remembered([FINISHED, failed]);
  expect(records.at(-1)).toMatchObject({
    outcome: 'failed',
    failure: {
      code: 'recovery-failed',
      message: 'the journal is damaged',
      hint: 'remove it',
      stage: 'recover',
      target: {host: 'ssh store', path: '/t', state: 'partly-written'},
    },
  });
});

it('remembers as cancelled what a signal stopped, and what was done by then', async () => {
  const stop = new AbortController();
  stop.abort(new TaskError('cancelled', 'stopped by SIGTERM'));
  const {records} = await remembered([FINISHED], (record) => record.breakOff(new Error('it broke'), stop.signal));
  expect(records).toMatchObject([
    {kind: 'started'},
    {outcome: 'cancelled', failure: {message: 'stopped by SIGTERM', stage: 'recover'}, notes: ['/t: finished']},
  ]);
});

it('remembers nothing where nothing began', async () => {
  const {plan} = (await localTask()).context;
  const stop = new AbortController();
  stop.abort(new TaskError('cancelled', 'stopped by SIGTERM'));
  await new RecoveryRecord(plan, 'x.conf').breakOff(stop.signal.reason, stop.signal);
  expect((await readHistory(plan.stateDir, taskId('home', 'x.conf'))).records).toEqual([]);
});

it('tells when it cannot', async () => {
  const {plan} = (await localTask()).context;
  await mkdir(plan.stateDir, {mode: 0o700});
  await writeFile(join(plan.stateDir, 'history'), '');
  const record = new RecoveryRecord(plan, 'x.conf');
  await record.begin();
  expect(await record.end()).toMatch(/^this is missing in 'log': /);
});
