import {randomUUID} from 'node:crypto';
import {performance} from 'node:perf_hooks';
import {ExpectedError, messageOf} from '../../errors.js';
import {packageVersion} from '../../version.js';
import type {OnRunEvent} from '../events.js';
import type {TaskReport} from '../report.js';
import {taskId} from '../state/task-id.js';
import {appendRecord} from './append-record.js';
import {endedRecord} from './ended-record.js';
import {ownIdentity} from './process-identity.js';
import type {RecordedEnds} from './recorded-ends.js';
import type {RunPurpose, RunRecord, StartedRecord} from './run-record.js';

interface RecorderOptions {
  readonly origin: string;
  readonly purpose: RunPurpose;
  readonly onEvent: OnRunEvent;
}

interface BegunTask {
  readonly task: string;
  readonly stateDir: string | undefined;
  /** Undefined where the configuration does not tell them. */
  readonly ends: RecordedEnds | undefined;
  /** Something is done before the report is there, in which the run may come to an end. */
  readonly willRun: boolean;
}

interface OpenRun {
  readonly stateDir: string;
  readonly start: StartedRecord;
  readonly startedMs: number;
}

/** Failures that say already that nothing can be written down. */
const SAYS_IT_ALL: ReadonlySet<string> = new Set(['state-dir', 'flock-missing', 'flock-failed']);

/** Remembers the runs of tasks, each with its start and its end. That something cannot be remembered fails no run. */
export class RunRecorder {
  readonly #options: RecorderOptions;
  readonly #open = new Map<string, OpenRun>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async started({task, stateDir, ends, willRun}: BegunTask): Promise<void> {
    if (stateDir === undefined) return;
    const {origin, purpose} = this.#options;
    const start: StartedRecord = {
      kind: 'started',
      run: randomUUID(),
      task,
      origin,
      purpose,
      version: packageVersion(),
      source: ends?.source,
      target: ends?.target,
      startedAt: new Date().toISOString(),
      process: ownIdentity(),
    };
    this.#open.set(task, {stateDir, start, startedMs: performance.now()});
    // What is wrong with the folder is told at the end.
    if (willRun) await this.#append(stateDir, start);
  }

  /** The report, with a note where it could not be remembered. */
  async ended(report: TaskReport): Promise<TaskReport> {
    const run = this.#open.get(report.task);
    if (run === undefined) return report;
    this.#open.delete(report.task);
    const record = endedRecord(report, run.start, performance.now() - run.startedMs);
    const failure = record && (await this.#append(run.stateDir, record));
    if (failure === undefined) return report;
    const hint = failure instanceof ExpectedError && failure.hint !== undefined ? ` (${failure.hint})` : '';
    const text = `this run is missing in 'log' and 'status': ${messageOf(failure)}${hint}`;
    if (report.state !== 'failed' || !SAYS_IT_ALL.has(report.failure.code)) {
      this.#options.onEvent({kind: 'log', task: report.task, level: 'warning', message: text});
    }
    return {...report, notes: [...report.notes, text]};
  }

  async #append(stateDir: string, record: RunRecord): Promise<unknown> {
    try {
      await appendRecord(stateDir, taskId(record.task, record.origin), record);
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
