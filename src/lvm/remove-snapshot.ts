import {setTimeout as pause} from 'node:timers/promises';
import {listVolumes, selectionOf} from './list-volumes.js';
import {type Lvm, runLvm} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';

/** What must match before a snapshot is removed: recorded when it was created, plain data. */
export interface SnapshotIdentity {
  readonly vg: string;
  readonly name: string;
  readonly uuid: string;
  readonly originUuid: string;
  readonly tags: readonly string[];
}

/** LVM itself already waits about five seconds in each attempt for a volume that is still open. */
const MAX_ATTEMPTS = 4;
const PAUSE_MS = 1500;

/**
 * Removes a snapshot only when uuid, name, origin and tags are as recorded; additional tags do not matter. Tries again
 * for some seconds when the volume is still open. An abort is obeyed between two commands; without a signal nothing
 * interrupts it, for what cleans up after an abort.
 *
 * @returns 'gone' when nothing with this uuid was there.
 * @throws LvmError 'snapshot-not-ours' when something differs; 'snapshot-removal' when LVM keeps refusing.
 */
export async function removeSnapshot(
  lvm: Lvm,
  identity: SnapshotIdentity,
  signal?: AbortSignal,
): Promise<'removed' | 'gone'> {
  const fullName = `${identity.vg}/${identity.name}`;
  for (let attempt = 1; ; attempt += 1) {
    const volume = await findByUuid(lvm, identity, signal);
    if (volume === undefined) return attempt === 1 ? 'gone' : 'removed';
    requireSame(volume, identity);
    signal?.throwIfAborted();
    // LVM compares once more, under its lock on the group: a volume that took the place meanwhile is not touched.
    const {status, errorLines} = await runLvm(lvm, ['lvremove', '--yes', '--select', selectionOf(identity), fullName]);
    if (status === 0 && (await findByUuid(lvm, identity, signal)) === undefined) return 'removed';
    if (attempt === MAX_ATTEMPTS) {
      throw new LvmError('snapshot-removal', `cannot remove the snapshot ${fullName}: ${errorLines[0] ?? 'it stays'}`, {
        errorLines,
        hint: `see who uses it (fuser -v /dev/${fullName}), then: lvremove ${fullName}`,
      });
    }
    await (lvm.pause ?? pause)(PAUSE_MS);
  }
}

/** Undefined also when the group is not there. */
export async function findByUuid(
  lvm: Lvm,
  {vg, uuid}: SnapshotIdentity,
  signal?: AbortSignal,
): Promise<LogicalVolume | undefined> {
  return (await listVolumes(lvm, {name: vg, uuid, signal})).find((volume) => volume.uuid === uuid);
}

/** @throws LvmError 'snapshot-not-ours' when anything is not as recorded. */
export function requireSame(volume: LogicalVolume, identity: SnapshotIdentity): void {
  const difference = differenceOf(volume, identity);
  if (difference !== undefined) throw notOurs(volume, difference);
}

/** What of a volume is not as recorded, in words; undefined when it may be removed. */
export function differenceOf(volume: LogicalVolume, identity: SnapshotIdentity): string | undefined {
  if (volume.uuid !== identity.uuid) return `its uuid is not ${identity.uuid}`;
  if (volume.vg !== identity.vg) return `its group was ${identity.vg}`;
  if (volume.name !== identity.name) return `its name was ${identity.name}`;
  if (volume.originUuid !== identity.originUuid) return 'it is not a snapshot of the same volume';
  if (!carriesTags(volume, identity.tags)) return `it does not carry the tags ${identity.tags.join(', ')}`;
  return undefined;
}

/** Of a volume that is left alone. */
export function notOurs({vg, name}: Pick<LogicalVolume, 'vg' | 'name'>, difference: string): LvmError {
  return new LvmError('snapshot-not-ours', `left ${vg}/${name} alone, as it is not what was created: ${difference}`, {
    hint: `if nobody needs it: lvremove ${vg}/${name}`,
  });
}

/** Whether a volume carries all of these tags; no volume carries none. */
export function carriesTags(volume: LogicalVolume, tags: readonly string[]): boolean {
  return tags.length > 0 && tags.every((tag) => volume.tags.includes(tag));
}
