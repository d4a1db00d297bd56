import {isThin} from '../../lvm/find-origin.js';
import {findVolume} from '../../lvm/find-volume.js';
import {type LvmAt, lvmOfThisMachine} from '../ends/snapshot.js';
import type {TaskPlan} from '../plan.js';
import type {Needs} from './needs.js';

/** Warns of an lvm_snapshot_autoextend that can do nothing. Where nobody may look at volumes, nothing is said. */
export async function noteThinSource(
  {snapshot, sourcePath}: TaskPlan,
  signal: AbortSignal,
  needs: Pick<Needs, 'warnings'>,
  lvmAt: LvmAt = lvmOfThisMachine,
): Promise<void> {
  if (snapshot?.autoextend === undefined) return;
  try {
    const origin = await findVolume(lvmAt(snapshot.programPath), sourcePath, signal);
    if (!isThin(origin)) return;
    needs.warnings.push({
      message: `lvm_snapshot_autoextend does nothing: ${sourcePath} is thin, and its snapshots use the room of its pool`,
      hint: `leave it out, and see that the pool ${origin.vg}/${origin.pool ?? ''} has room`,
    });
  } catch {
    signal.throwIfAborted();
  }
}
