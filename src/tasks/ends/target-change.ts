import {findGroup} from '../../lvm/find-group.js';
import {findVolume} from '../../lvm/find-volume.js';
import {LvmError} from '../../lvm/lvm-error.js';
import {planExtension, type PlannedExtension} from '../../lvm/plan-extension.js';
import {type PlannedVolume, planVolume} from '../../lvm/plan-volume.js';
import {messageOf} from '../../errors.js';
import {formatBytes} from '../../units.js';
import {planForLargerTarget, type TaskPlan} from '../plan.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import type {PresentTarget} from './inspect-target.js';
import type {FoundTarget} from './prepare-target.js';
import {sizeRemedy} from './size-remedy.js';
import {withTargetLvm} from './target-lvm.js';

/** What has to be done to the target before the comparison. */
export type TargetChange = {
  /** What the comparison is to go by. */
  readonly plan: TaskPlan;
} & (
  | {readonly kind: 'none'}
  | {readonly kind: 'create-file'; readonly sizeBytes: number}
  | {readonly kind: 'create-volume'; readonly volume: PlannedVolume}
  | {readonly kind: 'grow-file'; readonly fromBytes: number; readonly sizeBytes: number}
  | {
      readonly kind: 'grow-volume';
      readonly fromBytes: number;
      readonly sizeBytes: number;
      readonly extension: PlannedExtension;
    }
);

/**
 * Looks what the target lacks of the size of the source, and whether that can be had. Changes nothing.
 *
 * @throws TaskError 'size-mismatch' for a device that cannot grow; LvmError for a volume that cannot be had.
 */
export async function planTargetChange(
  context: TaskContext,
  found: FoundTarget,
  sourceSize: () => Promise<number>,
): Promise<TargetChange> {
  const {plan, signal} = context;
  switch (found.kind) {
    case 'missing-file':
      return {kind: 'create-file', sizeBytes: await sourceSize(), plan};
    case 'missing-volume': {
      const sizeBytes = await sourceSize();
      const request = {...found.address, sizeBytes, pool: plan.targetThinPool};
      const volume = await withTargetLvm(context, (lvm) => planVolume(lvm, request, signal));
      return {kind: 'create-volume', volume, plan: planForSizes(plan, sizeBytes, volume.sizeBytes)};
    }
    case 'present':
      if (!plan.growTarget && !plan.createTarget) return {kind: 'none', plan};
      return await planPresent(context, found, await sourceSize());
    default:
      return found satisfies never;
  }
}

async function planPresent(context: TaskContext, target: PresentTarget, sourceBytes: number): Promise<TargetChange> {
  const {plan} = context;
  const {sizeBytes: fromBytes, identity} = target;
  const isFile = identity.kind === 'file';
  if (fromBytes === undefined || fromBytes === sourceBytes) return {kind: 'none', plan};
  if (fromBytes > sourceBytes) {
    const isRounded = !isFile && (await isRoundedVolume(context, sourceBytes, fromBytes));
    return {kind: 'none', plan: isRounded ? planForLargerTarget(plan) : plan};
  }
  // Who was killed between making a file and giving it a size has left it so, and nothing is in it.
  const isBarelyCreated = isFile && fromBytes === 0 && plan.createTarget;
  if (!plan.growTarget && !isBarelyCreated) return {kind: 'none', plan};
  if (isFile) {
    // There the patch itself brings it to the size of the source.
    if (plan.sizePolicy.mode === 'resize') return {kind: 'none', plan};
    return {kind: 'grow-file', fromBytes, sizeBytes: sourceBytes, plan};
  }
  const extension = await planGrowth(context, sourceBytes, fromBytes);
  const {sizeBytes} = extension;
  return {kind: 'grow-volume', fromBytes, sizeBytes, extension, plan: planForSizes(plan, sourceBytes, sizeBytes)};
}

/** A volume is a whole number of extents: that it has a part of one more than the source is as equal as it gets. */
function planForSizes(plan: TaskPlan, sourceBytes: number, targetBytes: number): TaskPlan {
  return targetBytes > sourceBytes ? planForLargerTarget(plan) : plan;
}

/** Whether a larger target is so only because a volume has whole extents. Where that cannot be told, it is not. */
async function isRoundedVolume(context: TaskContext, sourceBytes: number, targetBytes: number): Promise<boolean> {
  const {plan, signal} = context;
  if (plan.sizePolicy.mode === 'minsize') return false;
  try {
    return await withTargetLvm(context, async (lvm) => {
      const {vg} = await findVolume(lvm, plan.target.path, signal);
      return targetBytes - sourceBytes < (await findGroup(lvm, vg, signal)).extentBytes;
    });
  } catch (error) {
    if (error instanceof LvmError) return false;
    throw error;
  }
}

async function planGrowth(context: TaskContext, sourceBytes: number, fromBytes: number): Promise<PlannedExtension> {
  const {plan, host, signal} = context;
  const {path} = plan.target;
  try {
    return await withTargetLvm(context, async (lvm) =>
      planExtension(lvm, await findVolume(lvm, path, signal), sourceBytes, signal),
    );
  } catch (error) {
    const isOtherDevice = error instanceof LvmError && (error.code === 'not-a-volume' || error.code === 'lvm-missing');
    if (!isOtherDevice) throw error;
    const sizes = `${formatBytes(fromBytes)}, its source ${formatBytes(sourceBytes)}`;
    throw new TaskError(
      'size-mismatch',
      `the target ${path} on ${host.name} has ${sizes}, and cannot grow: ${messageOf(error.cause)}`,
      {cause: error, hint: error.code === 'lvm-missing' ? error.hint : sizeRemedy('block')},
    );
  }
}

/** `created as a volume of 40.0GiB in vg0`, to be put behind `would be` or `will be`; undefined when nothing is. */
export function describeChange(change: TargetChange): string | undefined {
  switch (change.kind) {
    case 'none':
      return undefined;
    case 'create-file':
      return 'created';
    case 'create-volume': {
      const {vg, pool, sizeBytes, freeBytes} = change.volume;
      const place = pool === undefined ? vg : `the thin pool ${vg}/${pool}`;
      const kind = pool === undefined ? 'a volume' : 'a thin volume';
      return `created as ${kind} of ${formatBytes(sizeBytes)} in ${place}, which has ${formatBytes(freeBytes)} free`;
    }
    case 'grow-file':
    case 'grow-volume':
      return `grown from ${formatBytes(change.fromBytes)} to ${formatBytes(change.sizeBytes)}`;
    default:
      return change satisfies never;
  }
}
