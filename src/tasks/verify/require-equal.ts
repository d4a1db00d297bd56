import {MAX_LISTED_EXTENTS} from '../../bdsync/verify/extent-list.js';
import {formatBytes} from '../../units.js';
import {sizeRemedy} from '../ends/size-remedy.js';
import type {TaskPlan} from '../plan.js';
import {TaskError} from '../task-error.js';
import type {Verification} from './verification.js';

/** As many places as a message names. */
const MAX_TOLD_EXTENTS = 20;

/** @throws TaskError 'verify-failed', with the first places where source and target differ. */
export function requireEqual(verification: Verification, plan: TaskPlan, hostName: string): void {
  const {target} = plan;
  const {extents, extentCount, differingBytes, comparedBytes, sourceBytes, targetBytes} = verification;
  if (extentCount === 0) return;
  const places = `${extentCount} place${extentCount === 1 ? '' : 's'}`;
  const amount = `${formatBytes(differingBytes)} in ${places}`;
  const sizes = sourceBytes === targetBytes ? '' : `, and its size is ${targetBytes} bytes, not ${sourceBytes}`;
  const message = `the target ${target.path} on ${hostName} differs from its source: ${amount}`;
  const compared = verification.sample === undefined ? '' : `, of ${formatBytes(comparedBytes)} that were compared`;
  throw new TaskError('verify-failed', `${message}${compared}${sizes}`, {
    errorLines: [
      ...extents.slice(0, MAX_TOLD_EXTENTS).map(({position, length}) => `position ${position}, length ${length}`),
      ...moreLines(extentCount),
    ],
    hint: hintFor(verification, plan),
  });
}

function hintFor(verification: Verification, {snapshot, sizePolicy}: TaskPlan): string {
  if (!differsInSizeAlone(verification)) return snapshot === undefined ? LIVE_HINT : SNAPSHOT_HINT;
  const remedy = sizePolicy.mode === 'resize' ? 'run the task, which brings the target to it' : sizeRemedy();
  return `no difference was found but the size; ${remedy}`;
}

/** All that was found is what only one of both has. */
function differsInSizeAlone({extents, extentCount, sourceBytes, targetBytes}: Verification): boolean {
  const commonBytes = Math.min(sourceBytes, targetBytes);
  return extents.length === extentCount && extents.every(({position}) => position >= commonBytes);
}

const SNAPSHOT_HINT =
  'run the task to bring the target in step; if it differs again, look at the memory and the disks of both ends';

const LIVE_HINT =
  'the source was read without a snapshot: what was written to it meanwhile differs, too; run the task to bring ' +
  'the target in step, and if it differs again though nobody writes, look at the memory and the disks of both ends';

function moreLines(extentCount: number): string[] {
  if (extentCount <= MAX_TOLD_EXTENTS) return [];
  const where = extentCount <= MAX_LISTED_EXTENTS ? '--json lists all' : `--json lists ${MAX_LISTED_EXTENTS}`;
  return [`and ${extentCount - MAX_TOLD_EXTENTS} more: ${where}`];
}
