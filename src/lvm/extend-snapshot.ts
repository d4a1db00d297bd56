import {isGroupFull} from './group-full.js';
import {type Lvm, runLvm, throwLvmFailure} from './lvm.js';
import {LvmError} from './lvm-error.js';
import {findByUuid, requireSame, type SnapshotIdentity} from './remove-snapshot.js';

/**
 * What came of it. `whole`: LVM gives it no more, as it has room for a change of everything already. `group-full`: the
 * group had less to give than was wanted, perhaps nothing.
 */
export interface SnapshotExtension {
  readonly outcome: 'extended' | 'whole' | 'group-full';
  readonly roomBytes: number;
}

/**
 * Gives a classic snapshot more room for changes, when it is still what was created: `byBytes` more, rounded up to whole
 * extents; what the group has left when that is less; never more than a snapshot of its origin can need.
 *
 * @throws LvmError 'snapshot-lost', 'snapshot-not-ours', and those of every command.
 */
export async function extendSnapshot(
  lvm: Lvm,
  identity: SnapshotIdentity,
  byBytes: number,
): Promise<SnapshotExtension> {
  const fullName = `${identity.vg}/${identity.name}`;
  const before = await roomOf(lvm, identity, fullName);
  // All without a signal: to kill it while it has suspended the origin would stop everybody who writes there.
  let outcome = await runLvm(lvm, ['lvextend', '--yes', '--size', `+${Math.ceil(byBytes)}b`, '--', fullName]);
  const lacksRoom = isGroupFull(outcome);
  if (lacksRoom) outcome = await runLvm(lvm, ['lvextend', '--yes', '--extents', '+100%FREE', '--', fullName]);
  const after = await roomOf(lvm, identity, fullName);
  if (lacksRoom) return {outcome: 'group-full', roomBytes: after};
  if (outcome.status !== 0) throwLvmFailure(`cannot extend the snapshot ${fullName}`, outcome);
  return {outcome: after > before ? 'extended' : 'whole', roomBytes: after};
}

async function roomOf(lvm: Lvm, identity: SnapshotIdentity, fullName: string): Promise<number> {
  const volume = await findByUuid(lvm, identity);
  if (volume === undefined)
    throw new LvmError('snapshot-lost', `the snapshot ${fullName} was removed by somebody else`);
  requireSame(volume, identity);
  return volume.sizeBytes;
}
