import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {connectionName} from '#dist/hosts/connection-name.js';
import {readHistory} from '#dist/tasks/history/read-history.js';
import type {RecoveredApplication} from '#dist/tasks/recovery/recovery-report.js';
import {recordRecovery} from '#dist/tasks/recovery/record-recovery.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {localTask} from '../../support/local-task.js';

const BEGAN = '2026-11-20T02:00:00.000Z';
const FINISHED: RecoveredApplication = {
  task: 'home',
  host: 'ssh store',
  target: '/t',
  state: 'finished',
  message: undefined,
  hint: undefined,
  errorLines: [],
};

it('remembers that all was finished or undone', async () => {
  const {plan} = (await localTask()).context;
  expect(await recordRecovery(plan, 'x.conf', [FINISHED, {...FINISHED, target: '/u', state: 'undone'}], BEGAN)).toBe(
    undefined,
  );
  expect((await readHistory(plan.stateDir, taskId('home', 'x.conf'))).records).toMatchObject([
    {
      purpose: 'recover',
      outcome: 'recovered',
      startedAt: BEGAN,
      failure: undefined,
      source: plan.sourcePath,
      target: {host: connectionName(plan.target.connection), path: plan.target.path},
      notes: ['/t: finished', '/u: undone'],
    },
  ]);
});

it('remembers as failed what failed in part', async () => {
  const {plan} = (await localTask()).context;
  const failed = {...FINISHED, state: 'failed', message: 'the journal is damaged', hint: 'remove it'} as const;
  await recordRecovery(plan, 'x.conf', [FINISHED, failed], BEGAN);
  expect((await readHistory(plan.stateDir, taskId('home', 'x.conf'))).records).toMatchObject([
    {
      outcome: 'failed',
      failure: {
        code: 'recovery-failed',
        message: 'the journal is damaged',
        hint: 'remove it',
        stage: 'recover',
        target: {host: 'ssh store', path: '/t', state: 'partly-written'},
      },
    },
  ]);
});

it('tells when it cannot', async () => {
  const {plan} = (await localTask()).context;
  await mkdir(plan.stateDir, {mode: 0o700});
  await writeFile(join(plan.stateDir, 'history'), '');
  expect(await recordRecovery(plan, 'x.conf', [FINISHED], BEGAN)).toMatch(/^home: this is missing in 'log': /);
});
