import {performance} from 'node:perf_hooks';
import {HostError} from '../hosts/host-error.js';
import {diff} from './diff.js';
import {createMissingTarget, growTarget} from './ends/change-target.js';
import {chooseSeal} from './ends/choose-seal.js';
import {checkPatchDir} from './ends/patch-dir.js';
import {checkTarget} from './ends/prepare-target.js';
import {probeTarget} from './ends/probe-target.js';
import {refuseResize} from './ends/refuse-resize.js';
import type {ConsistentSource} from './ends/snapshot.js';
import {sizeOfSource} from './ends/source.js';
import {describeChange, planTargetChange} from './ends/target-change.js';
import {leaseTarget, type TargetLease} from './ends/target-lease.js';
import {applyInPlace, applyThroughFile, type FlowOutcome} from './flows.js';
import {checkSource, makeReady, reachTarget, type ReadyTask, tellOfEncryption} from './make-ready.js';
import {openSourceInTurn} from './parallel/open-source-in-turn.js';
import {takeTargetTurn} from './parallel/take-target-turn.js';
import {planForLargerTarget, planPastPageCache, type TaskPlan} from './plan.js';
import {InPlaceWriting} from './recovery/in-place-writing.js';
import {inheritedRecords} from './recovery/inherited-records.js';
import {markText} from './recovery/mark-text.js';
import {retireApplications} from './recovery/retire-applications.js';
import {tellIncomplete} from './recovery/tell-incomplete.js';
import {findUnfinished, unfinishedText, workOf} from './recovery/unfinished-work.js';
import {patchRoomFor} from './room/patch-room-for.js';
import type {TaskReport} from './report.js';
import type {TaskContext} from './task-context.js';
import {type Rehearsal, TaskRun, type TaskRunRequest} from './task-run.js';
import type {Verification} from './verify/verification.js';
import {verifyEnds} from './verify/verify-ends.js';
import {verifyTask} from './verify/verify-task.js';

/** Runs one task to its report. A failure is in the report; only a defect is thrown. */
export async function runTask(request: TaskRunRequest): Promise<TaskReport> {
  using run = new TaskRun(request);
  try {
    if (request.verify) {
      await verifyTask(run, request.verify.sample);
      return run.verified();
    }
    if (!request.dryRun) return run.synced(await synchronize(run));
    return run.planned(await rehearse(run));
  } catch (error) {
    return await run.failed(error);
  }
}

/** The way of one run. */
async function synchronize(run: TaskRun): Promise<FlowOutcome> {
  const {plan, teller, abort} = run;
  const {signal} = abort;
  await using ready = await makeReady(run);
  await using lease = await takeTarget(run, ready);

  if (plan.snapshot) teller.enter('snapshot');
  const {sourcePath, snapshot, task} = plan;
  const {taskId, leftovers} = ready;
  const request = {sourcePath, snapshot, task, taskId, leftovers, teller, signal};
  await using reading = await openSourceInTurn(run, request);
  signal.throwIfAborted();
  return await copy(run, ready, reading, lease);
}

/** Creates the target if it is missing, keeps it for this run, and makes it as large as it has to be. */
export async function takeTarget(run: TaskRun, ready: ReadyTask): Promise<TargetLease> {
  await createMissingTarget(ready.context, ready.change);
  const turn = await takeTargetTurn(run, ready);
  try {
    const lease = await leaseAndGrow(run, ready);
    const release = async (): Promise<void> => {
      using _turn = turn;
      await lease[Symbol.asyncDispose]();
    };
    return {...lease, [Symbol.asyncDispose]: release};
  } catch (error) {
    turn[Symbol.dispose]();
    throw error;
  }
}

async function leaseAndGrow({abort}: TaskRun, {context, change, leftovers}: ReadyTask): Promise<TargetLease> {
  const lease = await leaseTarget(context);
  try {
    void lease.lost.then((error) => abort.abort(error));
    await tellIncomplete(context, leftovers, lease);
    // Not before it is ours: nobody else may be using what grows.
    await growTarget(context, change);
    return lease;
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

/** Brings the target in step with what is read. What failed behind a good snapshot fails the run at its end. */
export async function copy(
  run: TaskRun,
  ready: ReadyTask,
  reading: ConsistentSource,
  lease: TargetLease,
): Promise<FlowOutcome> {
  const {teller} = run;
  const {afterFailure} = reading;
  try {
    const outcome = await verified(run, ready, reading, await applyDifferences(ready, reading, lease));
    if (afterFailure === undefined) return outcome;
  } catch (error) {
    if (afterFailure) teller.note(afterFailure.message);
    throw error;
  }
  teller.enter('snapshot');
  throw afterFailure;
}

/** Compares once more what was read with what is there now, where the task wants it: both of the same moment. */
async function verified(
  run: TaskRun,
  {context}: ReadyTask,
  reading: ConsistentSource,
  outcome: FlowOutcome,
): Promise<FlowOutcome> {
  if (!context.plan.verifyAfter) return outcome;
  const onDone = (verification: Verification): void => {
    run.verification = verification;
    // What the patcher said of it was wrong.
    if (verification.extentCount > 0) run.teller.targetState = 'partly-written';
  };
  await verifyEnds(context, reading, {sample: undefined, onDone});
  const timesMs = {...outcome.timesMs, verify: run.verification?.timeMs};
  return {...outcome, snapshotFill: reading.fill(), timesMs};
}

async function applyDifferences(
  {context: usual, leftovers, patchFolder}: ReadyTask,
  reading: ConsistentSource,
  lease: TargetLease,
): Promise<FlowOutcome> {
  const {flow} = usual.plan;
  await retireApplications(usual.plan, leftovers);
  const writing = new InPlaceWriting(usual.plan, leftovers, lease);
  const context = writing.wasInterrupted ? {...usual, plan: planPastPageCache(usual.plan)} : usual;
  const seal = chooseSeal(context, lease.lastingIdentity);
  const outcome =
    flow.kind === 'in-place'
      ? await applyInPlace(context, reading, {writing, seal})
      : await applyThroughFile(context, reading, {patchDir: flow.patchDir, patchFolder, leftovers, seal, writing});
  await writing.end();
  return outcome;
}

/**
 * What a run would do, compared but not written. No outcome where that cannot be told now: a host that cannot be
 * reached, a target that is yet to be created. What would keep the run from working is its failure here as well.
 */
async function rehearse(run: TaskRun): Promise<Rehearsal> {
  const {request, teller, watchdog, abort} = run;
  watchdog.start();
  const {plan, identity} = await checkSource(run);
  const reached = await reachTargetOrNote(run, plan);
  await tellOfEncryption(run, identity);
  if (reached === undefined) {
    await noteUnfinished(run, undefined);
    return {plan, outcome: undefined, patchRoom: undefined};
  }
  const target = await checkTarget(reached, identity);
  const {freeBytes, warning} = await checkPatchDir(reached);
  if (warning !== undefined) teller.warn(warning);
  const sourceSize = (): Promise<number> => sizeOfSource(plan.sourcePath);
  const change = await planTargetChange(reached, target, sourceSize);
  await refuseResize(change, target, sourceSize);
  const changeText = describeChange(change);
  if (target.kind !== 'present') {
    teller.note(`the target does not exist yet and would be ${changeText}`);
    return {plan, outcome: undefined, patchRoom: patchRoomFor(reached, freeBytes)};
  }
  if (changeText !== undefined) {
    teller.note(`the target would be ${changeText}; compared as far as it reaches now`);
  }
  // What it lacks cannot be compared.
  const context = {...reached, plan: changeText === undefined ? change.plan : planForLargerTarget(plan)};
  const {mark} = await probeTarget(context);
  if (plan.snapshot) teller.note('compared with the source as it is, not with a snapshot of it');
  if (request.snapshotWith !== undefined) {
    teller.note(`its snapshot would be taken together with those of the other volumes of ${request.snapshotWith}`);
  }
  await noteUnfinished(run, mark && markText(mark, context, 'is'));
  teller.enter('generate');
  const startedAt = performance.now();
  const outcome = await diff(context, plan.sourcePath, {begin: () => {}, write: () => Promise.resolve()});
  abort.signal.throwIfAborted();
  const timesMs = {generate: performance.now() - startedAt, transfer: 0, apply: 0, verify: undefined};
  return {
    plan,
    outcome: {...outcome, snapshotFill: undefined, proof: undefined, timesMs},
    patchRoom: patchRoomFor(context, freeBytes, outcome),
  };
}

/** `told` is what the target's host says of it: what is noted of it here says no more. */
async function noteUnfinished({plan, request, teller}: TaskRun, told: string | undefined): Promise<void> {
  if (told !== undefined) teller.note(told);
  const inherited = inheritedRecords(plan, request.gone ?? []).map(workOf);
  for (const work of [...(await findUnfinished(plan, request.origin)), ...inherited]) {
    if (told === undefined || work.kind !== 'in-place') teller.note(unfinishedText(work));
  }
}

async function reachTargetOrNote(run: TaskRun, plan: TaskPlan): Promise<TaskContext | undefined> {
  try {
    return await reachTarget(run, plan);
  } catch (error) {
    if (!(error instanceof HostError) || error.code === 'cancelled' || error.code === 'command-not-found') throw error;
    run.teller.note(`not compared: ${error.message}`);
    return undefined;
  }
}
