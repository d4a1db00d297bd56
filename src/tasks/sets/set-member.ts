import type {ConsistentSource, SnapshotSourceRequest} from '../ends/snapshot.js';
import type {FlowOutcome} from '../flows.js';
import {makeReady, type ReadyTask} from '../make-ready.js';
import type {Claim} from '../parallel/claim.js';
import {deviceClaim} from '../parallel/device-claim.js';
import type {TaskReport} from '../report.js';
import {copy, takeTarget} from '../run-task.js';
import {TaskRun, type TaskRunRequest} from '../task-run.js';

/**
 * One task on its way through a run together with others: it is made ready, gets its snapshot, is copied. Between these
 * steps it waits for the others, and holds its lock and its snapshot. Each step tells the failure that ended the way.
 */
export class SetMember implements AsyncDisposable {
  readonly run: TaskRun;
  #ready: ReadyTask | undefined;
  #source: ConsistentSource | undefined;

  constructor(request: TaskRunRequest) {
    this.run = new TaskRun(request);
  }

  async makeReady(): Promise<TaskReport | undefined> {
    const {run} = this;
    try {
      this.#ready = await makeReady(run);
      return undefined;
    } catch (error) {
      return await this.#end(run.failed(error));
    } finally {
      // Until it is its turn, nothing can hang here.
      run.watchdog.stop();
    }
  }

  snapshotRequest(): SnapshotSourceRequest {
    const {run} = this;
    const {sourcePath, snapshot, task} = run.plan;
    if (this.#ready === undefined || snapshot === undefined) throw new TypeError('there is no snapshot to be taken');
    run.teller.enter('snapshot');
    const {taskId, leftovers} = this.#ready;
    return {sourcePath, snapshot, task, taskId, leftovers, teller: run.teller, signal: run.abort.signal};
  }

  /** What must stay as it is while the snapshot is taken. */
  sourceClaims(): Claim[] {
    return this.#ready === undefined ? [] : [deviceClaim(this.#ready.source, 'shared')];
  }

  /** What came of the snapshot; from here on it is this member's. */
  receive(outcome: PromiseSettledResult<ConsistentSource> | undefined): Promise<TaskReport | undefined> {
    if (outcome?.status !== 'fulfilled') return this.#end(this.run.failed(outcome?.reason));
    this.#source = outcome.value;
    return Promise.resolve(undefined);
  }

  async copy(): Promise<TaskReport> {
    const {run} = this;
    run.restartClock();
    let report: TaskReport;
    try {
      report = run.synced(await this.#copy());
    } catch (error) {
      report = await run.failed(error);
    }
    return await this.#end(Promise.resolve(report));
  }

  async #copy(): Promise<FlowOutcome> {
    const [ready, source] = [this.#ready, this.#source];
    if (ready === undefined || source === undefined) throw new TypeError('there is no snapshot to copy from');
    await using _held = {[Symbol.asyncDispose]: () => this.#release()};
    const {watchdog, abort} = this.run;
    watchdog.start();
    abort.signal.throwIfAborted();
    await using lease = await takeTarget(this.run, ready);
    return await copy(this.run, ready, source, lease);
  }

  async #end(report: Promise<TaskReport>): Promise<TaskReport> {
    const told = await report;
    await this[Symbol.asyncDispose]();
    return told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using _run = this.run;
    await this.#release();
  }

  async #release(): Promise<void> {
    const [ready, source] = [this.#ready, this.#source];
    this.#ready = undefined;
    this.#source = undefined;
    await using _lock = ready;
    await source?.[Symbol.asyncDispose]();
  }
}
