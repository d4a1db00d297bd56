import {inspectTarget, type PresentTarget} from '../ends/inspect-target.js';
import {refuseSource} from '../ends/refuse-source.js';
import {sizeOfSource} from '../ends/source.js';
import {checkSource, reachTarget, takeTask} from '../make-ready.js';
import {openSourceInTurn} from '../parallel/open-source-in-turn.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import type {TaskRun} from '../task-run.js';
import type {DeviceIdentity} from '../../device-identity.js';
import type {Sample} from '../../bdsync/verify/sample-extents.js';
import {planTargetChange} from '../ends/target-change.js';
import type {TaskPlan} from '../plan.js';
import {noteIncomplete} from './note-incomplete.js';
import type {Verification} from './verification.js';
import {verifyEnds} from './verify-ends.js';

/**
 * Compares source and target under the lock of the task, and with a snapshot where a run takes one. Writes nothing, and
 * so does not keep the target.
 */
export async function verifyTask(run: TaskRun, sample: Sample | undefined): Promise<void> {
  const {teller, abort, request} = run;
  const {signal} = abort;
  await using taken = await takeTask(run);
  const {taskId, leftovers} = taken;
  const {plan, identity} = await checkSource(run);
  const reached = await reachTarget(run, plan);
  const target = await requireReadable(reached, identity);
  const context = {...reached, plan: await planForSizes(reached, target)};
  const isIncomplete = await noteIncomplete(context, leftovers);

  if (plan.snapshot) teller.enter('snapshot');
  if (request.snapshotWith !== undefined) {
    teller.note(`its snapshot was not taken together with those of the other volumes of ${request.snapshotWith}`);
  }
  const {sourcePath, snapshot, task} = plan;
  const source = {sourcePath, snapshot, task, taskId, leftovers, teller, signal};
  await using reading = await openSourceInTurn(run, source);
  signal.throwIfAborted();
  const onDone = (verification: Verification): void => {
    run.verification = verification;
  };
  const {afterFailure} = reading;
  try {
    await verifyEnds(context, reading, {sample, onDone});
    if (isIncomplete && sample === undefined) teller.note(EQUAL_ALL_THE_SAME);
  } catch (error) {
    if (afterFailure) teller.note(afterFailure.message);
    throw error;
  }
  if (afterFailure === undefined) return;
  teller.enter('snapshot');
  throw afterFailure;
}

/** What says so stays: nobody has kept the target from being written meanwhile. */
const EQUAL_ALL_THE_SAME = 'it equals its source all the same: the next run takes that word back';

async function requireReadable({plan, host, signal}: TaskContext, source: DeviceIdentity): Promise<PresentTarget> {
  const {path} = plan.target;
  const target = await inspectTarget(host, path, signal);
  if (target.kind !== 'present') {
    throw new TaskError('target-missing', `the target ${path} does not exist on ${host.name}`, {
      hint: 'nothing can be compared before the task has run',
    });
  }
  await refuseSource(plan.sourcePath, source, path, target.identity);
  return target;
}

/** What is known to be larger than its source, such as a volume that was rounded up, is no difference in size. */
async function planForSizes(context: TaskContext, target: PresentTarget): Promise<TaskPlan> {
  const sourceBytes = await sizeOfSource(context.plan.sourcePath);
  if (target.sizeBytes === undefined || target.sizeBytes <= sourceBytes) return context.plan;
  return (await planTargetChange(context, target, () => Promise.resolve(sourceBytes))).plan;
}
