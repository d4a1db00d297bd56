import {checkSizes} from './check-sizes.js';
import type {FoundTarget} from './prepare-target.js';
import type {TargetChange} from './target-change.js';

/**
 * Refuses a device that is to get the size of its source and cannot, before a patch is made for it: with `resize`, the
 * comparison itself takes any sizes.
 *
 * @throws TaskError 'size-mismatch'
 */
export async function refuseResize(
  {kind, plan}: TargetChange,
  target: FoundTarget,
  sourceSize: () => Promise<number>,
): Promise<void> {
  if (kind !== 'none' || target.kind !== 'present' || plan.sizePolicy.mode !== 'resize') return;
  const {identity, sizeBytes} = target;
  if (identity.kind === 'block' && sizeBytes !== undefined) checkSizes(plan, await sourceSize(), 'block', sizeBytes);
}
