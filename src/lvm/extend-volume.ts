import {findGroup} from './find-group.js';
import {isGroupFull} from './group-full.js';
import {listVolumes} from './list-volumes.js';
import {type Lvm, runLvm, throwLvmFailure} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';
import type {PlannedExtension} from './plan-extension.js';
import {groupFull} from './plan-volume.js';

/**
 * Extends a volume as `planExtension` planned it. Never makes one smaller, and leaves what is in it as it is: neither a
 * file system nor anything else follows. One that somebody else extended as far meanwhile is fine.
 *
 * @throws LvmError 'volume-group-full', 'volume-not-extensible' when another volume has its place by now, and those of
 *   every command.
 */
export async function extendVolume(lvm: Lvm, {volume, sizeBytes, extents}: PlannedExtension): Promise<LogicalVolume> {
  const {vg, uuid} = volume;
  const fullName = `${vg}/${volume.name}`;
  await findSame(lvm, vg, uuid, fullName);
  // Without a signal: to kill it while it has suspended the volume would stop everybody who uses it.
  const outcome = await runLvm(lvm, ['lvextend', '--extents', String(extents), '--', fullName]);
  const extended = await findSame(lvm, vg, uuid, fullName);
  if (extended.sizeBytes >= sizeBytes) return extended;
  if (isGroupFull(outcome)) {
    throw groupFull(fullName, await findGroup(lvm, vg), sizeBytes - extended.sizeBytes);
  }
  return throwLvmFailure(`cannot extend the volume ${fullName}`, outcome);
}

async function findSame(lvm: Lvm, vg: string, uuid: string, fullName: string): Promise<LogicalVolume> {
  const found = (await listVolumes(lvm, {name: fullName})).find((volume) => volume.uuid === uuid);
  if (found !== undefined) return found;
  throw new LvmError('volume-not-extensible', `${fullName} was removed, renamed or replaced meanwhile`);
}
