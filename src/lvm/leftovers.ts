import {listVolumes} from './list-volumes.js';
import type {Lvm} from './lvm.js';
import type {LogicalVolume} from './lvs-report.js';
import {carriesTags, removeSnapshot, type SnapshotIdentity} from './remove-snapshot.js';

/**
 * The volumes that carry all of `tags`, in the group `vg` or in all groups, oldest first: with the tags of a task, and
 * while its lock is held, what its killed runs left. One without an origin is a snapshot that was never finished.
 *
 * @throws LvmError 'lvm-failed', 'lvm-missing', 'lvm-report'.
 */
export async function findLeftoverSnapshots(
  lvm: Lvm,
  tags: readonly string[],
  options: {readonly vg?: string; readonly signal?: AbortSignal} = {},
): Promise<LogicalVolume[]> {
  const {vg, signal} = options;
  const volumes = (await listVolumes(lvm, {name: vg, tags, signal})).filter((volume) => carriesTags(volume, tags));
  return volumes.toSorted((one, other) => (one.createdAt?.getTime() ?? 0) - (other.createdAt?.getTime() ?? 0));
}

/**
 * Removes what a killed run left, by the rule that holds for every removal: only when tags, origin, name and uuid are
 * those `recorded`. Only for the holder of the task's lock.
 *
 * @throws LvmError 'snapshot-not-ours', 'snapshot-removal' and those of every command.
 */
export function removeLeftover(
  lvm: Lvm,
  recorded: SnapshotIdentity,
  signal?: AbortSignal,
): Promise<'removed' | 'gone'> {
  return removeSnapshot(lvm, recorded, signal);
}
