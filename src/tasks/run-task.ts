import {performance} from 'node:perf_hooks';
import {HostError} from '../hosts/host-error.js';
import {TrafficMeter} from '../hosts/traffic-meter.js';
import type {TaskConfig} from './config/task-config.js';
import {diff} from './diff.js';
import type {OnRunEvent} from './events.js';
import {failureOf} from './failure.js';
import {applyInPlace, applyThroughFile, type FlowOutcome} from './flows.js';
import type {HostPool} from './ends/host-pool.js';
import type {DeviceIdentity} from '../device-identity.js';
import {settleClient} from './ends/local-program.js';
import {Leftovers} from './state/leftovers.js';
import {planTask, summarizePlan, type TaskPlan} from './plan.js';
import {checkPatchDir} from './ends/patch-dir.js';
import {probeTarget} from './ends/probe-target.js';
import {checkTarget, createMissingTarget} from './ends/prepare-target.js';
import {removeLeftovers} from './state/remove-leftovers.js';
import type {TaskFigures, TaskReport} from './report.js';
import {lockTask} from './state/run-lock.js';
import {openConsistentSource} from './ends/snapshot.js';
import {inspectSource} from './ends/source.js';
import {leaseTarget} from './ends/target-lease.js';
import {Teller, type TaskContext} from './task-context.js';
import {taskId} from './state/task-id.js';
import {Watchdog} from './watch/watchdog.js';

export interface TaskRunRequest {
  readonly config: TaskConfig;
  /** Real path of the configuration, or another word that tells tasks of one name apart. */
  readonly origin: string;
  readonly pool: HostPool;
  readonly dryRun: boolean;
  readonly waitForLock: boolean;
  readonly onEvent: OnRunEvent;
  readonly signal: AbortSignal;
}

/** Runs one task to its report. A failure is in the report; only a defect is thrown. */
export async function runTask(request: TaskRunRequest): Promise<TaskReport> {
  const {config, dryRun, onEvent, signal} = request;
  const plan = planTask(config);
  const teller = new Teller(plan.task, onEvent);
  const meter = new TrafficMeter({limitBytesPerSecond: plan.bandwidthLimitBytesPerSecond});
  const abort = new AbortController();
  const cancel = (): void => abort.abort(signal.reason);
  signal.addEventListener('abort', cancel, {once: true});
  if (signal.aborted) cancel();
  const started = {at: new Date(), ms: performance.now()};
  const base = (): {task: string; startedAt: string; endedAt: string; notes: readonly string[]} => ({
    task: plan.task,
    startedAt: started.at.toISOString(),
    endedAt: new Date().toISOString(),
    notes: teller.notes,
  });
  using watchdog = new Watchdog({timeoutMs: plan.stallTimeoutMs, meter, onStall: (error) => abort.abort(error)});
  const step: Step = {request, plan, teller, meter, watchdog, abort};
  const figures = (outcome: FlowOutcome): TaskFigures =>
    figuresOf(plan, meter, outcome, performance.now() - started.ms);
  try {
    if (!dryRun) return {...base(), state: 'synced', figures: figures(await synchronize(step))};
    const rehearsal = await rehearse(step);
    const summary = summarizePlan(rehearsal.plan, hostOf(step).name);
    return {...base(), state: 'planned', plan: summary, figures: rehearsal.outcome && figures(rehearsal.outcome)};
  } catch (error) {
    const {stage, targetState} = teller;
    const target = {host: hostOf(step).name, path: plan.target.path, state: targetState};
    return {...base(), state: 'failed', failure: await failureOf(error, {stage, target}, abort.signal)};
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

interface Step {
  readonly request: TaskRunRequest;
  readonly plan: TaskPlan;
  readonly teller: Teller;
  readonly meter: TrafficMeter;
  readonly watchdog: Watchdog;
  readonly abort: AbortController;
}

/** The way of one run. */
async function synchronize(step: Step): Promise<FlowOutcome> {
  const {request, plan, teller, watchdog, abort} = step;
  const id = taskId(plan.task, request.origin);
  const {stateDir} = plan;
  const {signal} = abort;
  await using _lock = await lockTask({
    stateDir,
    taskId: id,
    task: plan.task,
    wait: request.waitForLock,
    onWait: (holder) => teller.log('info', `waiting for the run that is under way${holder && `: ${holder}`}`),
    signal,
  });
  // Not before: another run may keep us waiting for as long as it likes.
  watchdog.start();
  const leftovers = await Leftovers.open(stateDir, id);
  await removeLeftovers({leftovers, pool: request.pool, teller, signal});

  const source = await checkSource(step);
  const context = await reachTarget(step, source.plan);
  const target = await checkTarget(context, source.identity);
  await checkPatchDir(context);
  if (target === undefined) await createMissingTarget(context);
  await using lease = await leaseTarget(context);
  void lease.lost.then((error) => abort.abort(error));

  if (plan.snapshot) teller.enter('snapshot');
  const {sourcePath, snapshot, task} = plan;
  await using reading = await openConsistentSource({sourcePath, snapshot, task, taskId: id, leftovers, signal});
  signal.throwIfAborted();
  return plan.flow.kind === 'in-place'
    ? await applyInPlace(context, reading)
    : await applyThroughFile(context, reading, plan.flow.patchDir, leftovers);
}

/**
 * What a run would do, compared but not written. No outcome where that cannot be told now: a host that cannot be
 * reached, a target that is yet to be created. What would keep the run from working is its failure here as well.
 */
async function rehearse(step: Step): Promise<Rehearsal> {
  const {teller, watchdog, abort} = step;
  watchdog.start();
  const {plan, identity} = await checkSource(step);
  const context = await reachTargetOrNote(step, plan);
  if (context === undefined) return {plan, outcome: undefined};
  const target = await checkTarget(context, identity);
  await checkPatchDir(context);
  if (target === undefined) {
    teller.note('the target does not exist yet and would be created');
    return {plan, outcome: undefined};
  }
  await probeTarget(context);
  if (plan.snapshot) teller.note('compared with the source as it is, not with a snapshot of it');
  teller.enter('generate');
  const startedAt = performance.now();
  const outcome = await diff(context, plan.sourcePath, {begin: () => {}, write: () => Promise.resolve()});
  abort.signal.throwIfAborted();
  return {plan, outcome: {...outcome, timesMs: {generate: performance.now() - startedAt, transfer: 0, apply: 0}}};
}

interface Rehearsal {
  readonly plan: TaskPlan;
  readonly outcome: FlowOutcome | undefined;
}

/** Looks at what is needed here. The plan is the one to go on with. */
async function checkSource({
  request,
  plan,
  teller,
  abort,
}: Step): Promise<{readonly plan: TaskPlan; readonly identity: DeviceIdentity}> {
  teller.enter('check source');
  const identity = await inspectSource(plan.sourcePath);
  return {plan: await settleClient(plan, request.pool, abort.signal), identity};
}

async function reachTargetOrNote(step: Step, plan: TaskPlan): Promise<TaskContext | undefined> {
  try {
    return await reachTarget(step, plan);
  } catch (error) {
    if (!(error instanceof HostError) || error.code === 'cancelled' || error.code === 'command-not-found') throw error;
    step.teller.note(`not compared: ${error.message}`);
    return undefined;
  }
}

function hostOf({request, plan}: Step): TaskContext['host'] {
  return request.pool.host(plan.target);
}

async function reachTarget(step: Step, plan: TaskPlan): Promise<TaskContext> {
  const {request, teller, meter, watchdog, abort} = step;
  teller.enter('check target');
  const host = hostOf(step);
  watchdog.waitingFor = host.name;
  const farEnd = await request.pool.farEnd(plan, abort.signal);
  return {plan, host, farEnd, meter, watchdog, teller, signal: abort.signal};
}

function figuresOf(plan: TaskPlan, meter: TrafficMeter, outcome: FlowOutcome, totalMs: number): TaskFigures {
  return {
    flow: plan.flow.kind,
    sourceBytes: outcome.sourceBytes,
    targetBytes: outcome.targetBytes,
    differingBlocks: outcome.differingBlocks,
    differingBytes: outcome.differingBytes,
    patchBytes: outcome.patchBytes,
    digestBytes: outcome.digestBytes,
    sentBytes: meter.sentBytes,
    receivedBytes: meter.receivedBytes,
    timesMs: {...outcome.timesMs, total: totalMs},
  };
}
