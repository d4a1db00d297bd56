import {findVolume} from './find-volume.js';
import {listVolumes} from './list-volumes.js';
import type {Lvm} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';
import {snapshotOwner} from './tags.js';

/**
 * The volume of which a snapshot shall be taken.
 *
 * @throws LvmError 'not-a-volume', 'volume-inactive', and those of every command.
 */
export async function findOrigin(lvm: Lvm, sourcePath: string, signal?: AbortSignal): Promise<LogicalVolume> {
  const origin = await findVolume(lvm, sourcePath, signal);
  if (origin.isActive) return origin;
  const originName = `${origin.vg}/${origin.name}`;
  throw new LvmError('volume-inactive', `the volume ${originName} is not active`, {
    hint: `activate it: lvchange -ay ${originName}`,
  });
}

/**
 * Looks whether a snapshot could be taken, and changes nothing. Room is not looked at: that is another one by night.
 *
 * @throws LvmError as `findOrigin` and `requireSize` do; 'snapshot-name-taken' by a volume that no run has made. One of a
 *   run may be gone when it matters.
 */
export async function planSnapshot(
  lvm: Lvm,
  {sourcePath, name, size}: {readonly sourcePath: string; readonly name: string; readonly size: string | undefined},
  signal?: AbortSignal,
): Promise<LogicalVolume> {
  const origin = await findOrigin(lvm, sourcePath, signal);
  if (!isThin(origin)) requireSize(origin, size);
  const volumes = await listVolumes(lvm, {name: origin.vg, signal});
  const taken = volumes.find((volume) => volume.name === name);
  if (taken !== undefined && snapshotOwner(taken.tags) === undefined) throw snapshotNameTaken(origin, name, taken);
  return origin;
}

/** Thin volumes have snapshots in their pool; all others have a room of their own for what changes meanwhile. */
export function isThin(origin: LogicalVolume): boolean {
  return origin.pool !== undefined && origin.layout.includes('thin');
}

/** @throws LvmError 'snapshot-size-missing' */
export function requireSize(origin: LogicalVolume, size: string | undefined): string {
  if (size !== undefined) return size;
  throw new LvmError('snapshot-size-missing', `a snapshot of ${origin.vg}/${origin.name} needs a size`, {
    hint: 'it is not a thin volume; 10%ORIGIN is enough when little is written during a run',
  });
}

export function snapshotNameTaken(
  origin: LogicalVolume,
  name: string,
  taken: LogicalVolume | undefined,
  errorLines: readonly string[] = [],
): LvmError {
  const fullName = `${origin.vg}/${name}`;
  const trouble = `cannot create the snapshot ${fullName} of ${origin.vg}/${origin.name}`;
  return new LvmError('snapshot-name-taken', `${trouble}: the name is taken${taken ? ` by ${whose(taken)}` : ''}`, {
    errorLines,
    hint:
      taken !== undefined && snapshotOwner(taken.tags) !== undefined
        ? `choose another name for the snapshot; 'bdsync-manager snapshots' tells whether that one is in use`
        : `choose another name for the snapshot; or, if nobody needs that volume: lvremove ${fullName}`,
  });
}

function whose(volume: LogicalVolume): string {
  const kind = volume.origin === undefined ? 'a volume' : `a snapshot of ${volume.vg}/${volume.origin}`;
  const owner = snapshotOwner(volume.tags);
  if (owner !== undefined)
    return `${kind} that bdsync-manager took for ${owner.task ? `task ${owner.task}` : 'a task'}`;
  return `${kind} that is not of bdsync-manager`;
}
