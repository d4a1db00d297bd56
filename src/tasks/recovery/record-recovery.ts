import {randomUUID} from 'node:crypto';
import {ExpectedError} from '../../errors.js';
import {packageVersion} from '../../version.js';
import {appendRecord} from '../history/append-record.js';
import {recordedEnds} from '../history/recorded-ends.js';
import type {EndedRecord} from '../history/run-record.js';
import type {TaskPlan} from '../plan.js';
import {taskId} from '../state/task-id.js';
import type {RecoveredApplication} from './recovery-report.js';

/** Remembers what `recover` did for a task. Where that fails, the reason; what was done is done all the same. */
export async function recordRecovery(
  {task, stateDir, sourcePath, target: address}: TaskPlan,
  origin: string,
  applications: readonly RecoveredApplication[],
  startedAt: string,
): Promise<string | undefined> {
  const failed = applications.find(({state}) => state === 'failed');
  const {host, target, message = 'it failed', hint} = failed ?? {};
  const isTold = host !== undefined && target !== undefined;
  const record: EndedRecord = {
    kind: 'ended',
    run: randomUUID(),
    task,
    origin,
    purpose: 'recover',
    version: packageVersion(),
    ...recordedEnds({sourcePath, targetPath: address.path, connectionCommand: address.connection}),
    startedAt,
    endedAt: new Date().toISOString(),
    durationMs: undefined,
    outcome: failed === undefined ? 'recovered' : 'failed',
    figures: undefined,
    verification: undefined,
    failure: failed && {
      code: 'recovery-failed',
      message,
      hint,
      stage: 'recover',
      target: isTold ? {host, path: target, state: 'partly-written'} : undefined,
    },
    notes: applications.map(({state, target: path = 'a target'}) => `${path}: ${state}`),
  };
  try {
    await appendRecord(stateDir, taskId(task, origin), record);
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return `${task}: this is missing in 'log': ${error.message}`;
  }
}
