import {isThin} from './find-origin.js';
import {findGroup} from './find-group.js';
import {listVolumes} from './list-volumes.js';
import type {Lvm} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';
import {groupFull} from './plan-volume.js';
import {wholeExtents} from './vgs-report.js';

/** To which size a volume would be extended. */
export interface PlannedExtension {
  readonly volume: LogicalVolume;
  /** A whole number of the group's extents. */
  readonly sizeBytes: number;
  readonly extents: number;
}

/**
 * Looks whether a volume could be extended to hold `sizeBytes`, and changes nothing.
 *
 * @throws LvmError 'volume-not-extensible', 'volume-group-full', 'volume-group-missing', and those of every command.
 */
export async function planExtension(
  lvm: Lvm,
  volume: LogicalVolume,
  wantedBytes: number,
  signal?: AbortSignal,
): Promise<PlannedExtension> {
  const fullName = `${volume.vg}/${volume.name}`;
  if (volume.originUuid !== undefined && !isThin(volume)) {
    throw new LvmError('volume-not-extensible', `${fullName} is a snapshot: its size is that of its origin`);
  }
  const group = await findGroup(lvm, volume.vg, signal);
  const sizeBytes = wholeExtents(group, wantedBytes);
  if (sizeBytes <= volume.sizeBytes) throw new RangeError(`${fullName} is as large as that already`);
  if (!isThin(volume)) {
    await refuseClassicSnapshots(lvm, volume, signal);
    // RAID needs more than its own size: there LVM itself has to say it.
    const neededBytes = sizeBytes - volume.sizeBytes;
    const isPlain = volume.layout.includes('linear') || volume.layout.includes('striped');
    if (isPlain && neededBytes > group.freeBytes) throw groupFull(fullName, group, neededBytes);
  }
  return {volume, sizeBytes, extents: sizeBytes / group.extentBytes};
}

/** LVM would want the volume inactive for that. */
async function refuseClassicSnapshots(lvm: Lvm, volume: LogicalVolume, signal?: AbortSignal): Promise<void> {
  const snapshot = (await listVolumes(lvm, {name: volume.vg, signal})).find(
    (other) => other.originUuid === volume.uuid && !isThin(other),
  );
  if (snapshot === undefined) return;
  const {vg, name} = volume;
  throw new LvmError('volume-not-extensible', `${vg}/${name} has the snapshot ${vg}/${snapshot.name}`, {
    hint: `LVM extends no volume that has one; if nobody needs it: lvremove ${vg}/${snapshot.name}`,
  });
}
