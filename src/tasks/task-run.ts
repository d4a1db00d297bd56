import {performance} from 'node:perf_hooks';
import type {Host} from '../hosts/host.js';
import {TrafficMeter} from '../hosts/traffic-meter.js';
import type {Sample} from '../bdsync/verify/sample-extents.js';
import type {TaskConfig} from './config/task-config.js';
import type {HostPool} from './ends/host-pool.js';
import type {OnRunEvent} from './events.js';
import {failureOf} from './failure.js';
import type {FlowOutcome} from './flows.js';
import type {Claim} from './parallel/claim.js';
import type {Turns} from './parallel/turns.js';
import type {StartingTask} from './notify/notifier.js';
import {planTask, summarizePlan, type TaskPlan} from './plan.js';
import type {PatchRoomReport, SnapshotSet, StageTimes, TaskFigures, TaskReport, TaskReportBase} from './report.js';
import type {GoneTask} from './recovery/find-gone-tasks.js';
import {roundMs} from './round-ms.js';
import {Teller} from './task-context.js';
import type {Verification} from './verify/verification.js';
import {Watchdog} from './watch/watchdog.js';

export interface TaskRunRequest {
  readonly config: TaskConfig;
  /** The section with the volumes of which its snapshot is taken. */
  readonly snapshotWith: string | undefined;
  /** Real path of the configuration, or another word that tells tasks of one name apart. */
  readonly origin: string;
  readonly pool: HostPool;
  /** What tasks left that the configuration does not have any more: whoever has their target takes it over. */
  readonly gone?: readonly GoneTask[];
  readonly dryRun: boolean;
  /** Compare only, and all or a sample of it. */
  readonly verify: {readonly sample: Sample | undefined} | undefined;
  readonly waitForLock: boolean;
  /** Where other tasks run at the same time. */
  readonly turns: Turns | undefined;
  /** Hears of the task when it has its lock; what it throws keeps the task from beginning. */
  readonly onStart: (task: StartingTask) => Promise<void>;
  readonly onEvent: OnRunEvent;
  readonly signal: AbortSignal;
}

/** What a run would do. */
export interface Rehearsal {
  /** As far as a look at both ends settled it. */
  readonly plan: TaskPlan;
  readonly outcome: FlowOutcome | undefined;
  readonly patchRoom: PatchRoomReport | undefined;
}

const NO_TURN: Disposable = {[Symbol.dispose]: () => {}};

/** One task from the begin of its run to its report. */
export class TaskRun implements Disposable {
  readonly request: TaskRunRequest;
  readonly plan: TaskPlan;
  readonly teller: Teller;
  readonly meter: TrafficMeter;
  readonly watchdog: Watchdog;
  /** Aborts on a signal, a stall, or a lost hold; its reason is the error to tell. */
  readonly abort = new AbortController();
  snapshotSet: SnapshotSet | undefined;
  verification: Verification | undefined;
  readonly #startedAt = new Date().toISOString();
  #startedMs = performance.now();

  constructor(request: TaskRunRequest) {
    this.request = request;
    this.plan = planTask(request.config);
    const {bandwidthLimitBytesPerSecond, stallTimeoutMs, task} = this.plan;
    this.teller = new Teller(task, request.onEvent);
    this.meter = new TrafficMeter({limitBytesPerSecond: bandwidthLimitBytesPerSecond});
    this.watchdog = new Watchdog({
      timeoutMs: stallTimeoutMs,
      meter: this.meter,
      onStall: (error) => this.abort.abort(error),
    });
    request.signal.addEventListener('abort', this.#cancel, {once: true});
    if (request.signal.aborted) this.#cancel();
  }

  get host(): Host {
    return this.request.pool.host(this.plan.target);
  }

  /** The total time counts from here: what came before was the work of other tasks, too. */
  restartClock(): void {
    this.#startedMs = performance.now();
  }

  /** Waits, among the tasks that run at once, until nobody else has any of it; `why` is for a person, if it comes to that. */
  async takeTurn(claims: readonly Claim[], why: string): Promise<Disposable> {
    const {turns} = this.request;
    if (turns === undefined) return NO_TURN;
    // As long as it waits, nothing of its own can hang.
    using _pause = this.watchdog.pause();
    const onWait = (): void => this.teller.log('info', `waiting for another task of this run: ${why}`);
    return await turns.take({claims, signal: this.abort.signal, onWait});
  }

  synced(outcome: FlowOutcome): TaskReport {
    return {...this.#base(), state: 'synced', figures: this.#figures(outcome)};
  }

  planned({plan, outcome, patchRoom}: Rehearsal): TaskReport {
    const summary = summarizePlan(plan, this.host.name);
    return {...this.#base(), state: 'planned', plan: summary, figures: outcome && this.#figures(outcome), patchRoom};
  }

  verified(): TaskReport {
    if (this.verification === undefined) throw new TypeError('nothing was compared');
    return {...this.#base(), state: 'verified', verification: this.verification};
  }

  async failed(error: unknown): Promise<TaskReport> {
    const {stage, targetState} = this.teller;
    const target = {host: this.host.name, path: this.plan.target.path, state: targetState};
    const at = {stage, target, isTargetHere: this.host.isLocal};
    return {...this.#base(), state: 'failed', failure: await failureOf(error, at, this.abort.signal)};
  }

  [Symbol.dispose](): void {
    this.watchdog[Symbol.dispose]();
    this.request.signal.removeEventListener('abort', this.#cancel);
  }

  readonly #cancel = (): void => this.abort.abort(this.request.signal.reason);

  #base(): TaskReportBase {
    return {
      task: this.plan.task,
      startedAt: this.#startedAt,
      endedAt: new Date().toISOString(),
      notes: this.teller.notes,
      snapshotSet: this.snapshotSet,
      verification: this.verification,
    };
  }

  #figures(outcome: FlowOutcome): TaskFigures {
    return {
      flow: this.plan.flow.kind,
      sourceBytes: outcome.sourceBytes,
      targetBytes: outcome.targetBytes,
      differingBlocks: outcome.differingBlocks,
      differingBytes: outcome.differingBytes,
      patchBytes: outcome.patchBytes,
      digestBytes: outcome.digestBytes,
      sentBytes: this.meter.sentBytes,
      receivedBytes: this.meter.receivedBytes,
      snapshotFill: outcome.snapshotFill,
      proof: outcome.proof,
      timesMs: roundedTimes({...outcome.timesMs, total: performance.now() - this.#startedMs}),
    };
  }
}

function roundedTimes({generate, transfer, apply, verify, total}: StageTimes): StageTimes {
  return {
    generate: roundMs(generate),
    transfer: roundMs(transfer),
    apply: roundMs(apply),
    verify: verify === undefined ? undefined : roundMs(verify),
    total: roundMs(total),
  };
}
