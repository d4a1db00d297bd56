import type {DeviceIdentity} from '../device-identity.js';
import {checkSnapshot} from './ends/check-snapshot.js';
import {settleClient} from './ends/local-program.js';
import {checkPatchDir} from './ends/patch-dir.js';
import {checkTarget} from './ends/prepare-target.js';
import {refuseResize} from './ends/refuse-resize.js';
import {inspectSource, sizeOfSource} from './ends/source.js';
import {remarkOnEncryption} from './ends/source-encryption.js';
import {planTargetChange, type TargetChange} from './ends/target-change.js';
import type {TaskPlan} from './plan.js';
import {finishBegun} from './recovery/finish-begun.js';
import {inheritRecords} from './recovery/inherit-records.js';
import {Leftovers} from './state/leftovers.js';
import {removeLeftovers} from './state/remove-leftovers.js';
import {lockTask} from './state/run-lock.js';
import {taskId} from './state/task-id.js';
import type {TaskContext} from './task-context.js';
import type {TaskRun} from './task-run.js';

/** A task that could begin: nobody else runs it, what was left is gone, and both ends are as they should be. */
export interface ReadyTask extends AsyncDisposable {
  readonly taskId: string;
  readonly leftovers: Leftovers;
  /** Its plan takes the sizes into account that source and target will have. */
  readonly context: TaskContext;
  readonly change: TargetChange;
  /** What the folder for patches is known by, if there is one and that can be told. */
  readonly patchFolder: string | undefined;
  readonly source: DeviceIdentity;
  /** Undefined for a target that is yet to be created. */
  readonly target: DeviceIdentity | undefined;
}

/** A task that nobody else runs until it is disposed of. */
export type TakenTask = Pick<ReadyTask, 'taskId' | 'leftovers'> & AsyncDisposable;

/** Takes the lock of the task, tells that it begins, and removes what earlier runs of it left. */
export async function takeTask(run: TaskRun): Promise<TakenTask> {
  const {request, plan, teller, watchdog, abort} = run;
  const id = taskId(plan.task, request.origin);
  const {stateDir} = plan;
  const {signal} = abort;
  const hostName = run.host.name;
  const lock = await lockTask({
    stateDir,
    taskId: id,
    task: plan.task,
    wait: request.waitForLock,
    onWait: (holder) => teller.log('info', `waiting for the run that is under way${holder && `: ${holder}`}`),
    signal,
  });
  try {
    await request.onStart({plan, hostName, teller, signal});
    // Not before: another run may keep us waiting for as long as it likes.
    watchdog.start();
    const leftovers = await Leftovers.open(stateDir, id, {
      owner: {task: plan.task, origin: request.origin},
      signal,
      pause: () => watchdog.pause(),
    });
    await inheritRecords({plan, gone: request.gone ?? [], leftovers, log: (text) => teller.log('info', text), signal});
    await removeLeftovers({leftovers, pool: request.pool, teller, hooks: plan.snapshot?.hooks, signal});
    return {taskId: id, leftovers, [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]()};
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/** Everything before the source and the target are taken hold of. Disposal releases the lock of the task. */
export async function makeReady(run: TaskRun): Promise<ReadyTask> {
  const taken = await takeTask(run);
  try {
    await finishBegun(run, taken.leftovers);
    const source = await checkSource(run);
    const reached = await reachTarget(run, source.plan);
    await tellOfEncryption(run, source.identity);
    const target = await checkTarget(reached, source.identity);
    const {warning, identity: patchFolder} = await checkPatchDir(reached);
    if (warning !== undefined) reached.teller.warn(warning);
    const sourceSize = (): Promise<number> => sizeOfSource(run.plan.sourcePath);
    const change = await planTargetChange(reached, target, sourceSize);
    await refuseResize(change, target, sourceSize);
    const found = target.kind === 'present' ? target.identity : undefined;
    const context = {...reached, plan: change.plan};
    return {...taken, context, change, patchFolder, source: source.identity, target: found};
  } catch (error) {
    await taken[Symbol.asyncDispose]();
    throw error;
  }
}

/** Looks at what is needed here. The plan is the one to go on with. */
export async function checkSource({
  request,
  plan,
  teller,
  abort,
}: TaskRun): Promise<{readonly plan: TaskPlan; readonly identity: DeviceIdentity}> {
  teller.enter('check source');
  const identity = await inspectSource(plan.sourcePath);
  await checkSnapshot(plan, abort.signal);
  return {plan: await settleClient(plan, request.pool, abort.signal), identity};
}

/** Tells what a user should know about the encryption of the source, at once and in the report. */
export async function tellOfEncryption({plan, host, teller, abort}: TaskRun, source: DeviceIdentity): Promise<void> {
  const {warning, note} = await remarkOnEncryption(plan, source, host, abort.signal);
  if (warning !== undefined) teller.warn(warning);
  if (note !== undefined) teller.note(note);
}

export async function reachTarget(run: TaskRun, plan: TaskPlan): Promise<TaskContext> {
  const {request, host, teller, meter, watchdog, abort} = run;
  teller.enter('check target');
  watchdog.waitingFor = host.name;
  const farEnd = await request.pool.farEnd(plan, abort.signal);
  return {plan, host, farEnd, meter, watchdog, teller, signal: abort.signal};
}
