import {randomUUID} from 'node:crypto';
import {performance} from 'node:perf_hooks';
import {ExpectedError} from '../../errors.js';
import {packageVersion} from '../../version.js';
import {failureOf} from '../failure.js';
import {appendRecord} from '../history/append-record.js';
import {ownIdentity} from '../history/process-identity.js';
import {recordedEnds} from '../history/recorded-ends.js';
import type {EndedRecord, RecordedFailure, RunRecord, StartedRecord} from '../history/run-record.js';
import type {TaskPlan} from '../plan.js';
import {taskId} from '../state/task-id.js';
import type {RecoveredApplication} from './recovery-report.js';

/** One that is gone from the configuration has no ends. */
export type RecoveringTask = Pick<TaskPlan, 'task' | 'stateDir'> & Partial<Pick<TaskPlan, 'sourcePath' | 'target'>>;

/**
 * What `recover` does for a task, as it is remembered, with its start and its end: where no end follows, it did not end.
 * Where it cannot be remembered, what is done is done all the same.
 */
export class RecoveryRecord {
  readonly applications: RecoveredApplication[] = [];
  readonly #plan: RecoveringTask;
  readonly #start: StartedRecord;
  readonly #startedMs = performance.now();
  #hasBegun = false;

  constructor(plan: RecoveringTask, origin: string) {
    const {task, sourcePath, target} = plan;
    this.#plan = plan;
    this.#start = {
      kind: 'started',
      run: randomUUID(),
      task,
      origin,
      purpose: 'recover',
      version: packageVersion(),
      source: undefined,
      target: undefined,
      ...(sourcePath !== undefined &&
        target !== undefined &&
        recordedEnds({sourcePath, targetPath: target.path, connectionCommand: target.connection})),
      startedAt: new Date().toISOString(),
      process: ownIdentity(),
    };
  }

  /** To be called before anything is done. What is wrong with the folder is told at the end. */
  async begin(): Promise<void> {
    this.#hasBegun = true;
    await this.#append(this.#start);
  }

  /** Returns why it is missing in `log`, if so. */
  async end(): Promise<string | undefined> {
    const failed = this.applications.find(({state}) => state === 'failed');
    const failure = failed && failureOfApplication(failed);
    return await this.#append(this.#endedWith(failed ? 'failed' : 'recovered', failure));
  }

  /** In place of `end` where it broke off: for a signal, or by a defect. */
  async breakOff(error: unknown, signal: AbortSignal): Promise<void> {
    if (!this.#hasBegun) return;
    const isTargetHere = this.#plan.target?.connection.length === 0;
    const at = {stage: 'recover', target: undefined, isTargetHere} as const;
    const {code, message, hint, stage, cancelled} = await failureOf(error, at, signal);
    const failure = {code, message, hint, stage, target: undefined};
    await this.#append(this.#endedWith(cancelled ? 'cancelled' : 'failed', failure));
  }

  #endedWith(outcome: EndedRecord['outcome'], failure: RecordedFailure | undefined): EndedRecord {
    const {process: _process, ...start} = this.#start;
    return {
      ...start,
      kind: 'ended',
      endedAt: new Date().toISOString(),
      durationMs: Math.round(performance.now() - this.#startedMs),
      outcome,
      figures: undefined,
      verification: undefined,
      failure,
      notes: this.applications.map(({state, target = 'a target'}) => `${target}: ${state}`),
    };
  }

  async #append(record: RunRecord): Promise<string | undefined> {
    try {
      await appendRecord(this.#plan.stateDir, taskId(record.task, record.origin), record);
      return undefined;
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      return `this is missing in 'log': ${error.message}`;
    }
  }
}

function failureOfApplication({host, target, message = 'it failed', hint}: RecoveredApplication): RecordedFailure {
  const isTold = host !== undefined && target !== undefined;
  return {
    code: 'recovery-failed',
    message,
    hint,
    stage: 'recover',
    target: isTold ? {host, path: target, state: 'partly-written'} : undefined,
  };
}
