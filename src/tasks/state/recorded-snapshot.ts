import type {LogicalVolume} from '../../lvm/lvs-report.js';
import {carriesTags, differenceOf, type SnapshotIdentity} from '../../lvm/remove-snapshot.js';
import type {SnapshotRecord} from './leftover.js';

/** What a volume that a record may stand for is. */
export type Finding =
  /** As recorded in all respects: it may be removed, and only as this. */
  | {readonly kind: 'ours'; readonly identity: SnapshotIdentity}
  | {readonly kind: 'doubtful'; readonly difference: string};

/**
 * Whether a record is about a volume, be that still as recorded or not: one with its tags, or its uuid, or as long as
 * that was not known, one in its place.
 */
export function isAbout({tags, volume: recorded}: SnapshotRecord, volume: LogicalVolume): boolean {
  if (carriesTags(volume, tags)) return true;
  if (recorded?.uuid !== undefined) return volume.uuid === recorded.uuid;
  const {vg, name, originUuid} = volume;
  return vg === recorded?.vg && name === recorded.name && originUuid === recorded.originUuid;
}

/**
 * Compares a volume with the record that is about it, by the rule that holds for every removal: tags, origin, name and
 * uuid. A run that was killed while lvcreate was at work could not record the uuid; no other volume has its tags.
 */
export function compareWithRecord(volume: LogicalVolume, {tags, volume: recorded}: SnapshotRecord): Finding {
  if (recorded?.uuid === undefined && volume.originUuid === undefined) {
    return {kind: 'doubtful', difference: 'it is no snapshot, as if its creation had been cut off'};
  }
  const {vg, name, uuid, originUuid = ''} = volume;
  const identity = {vg, name, uuid, originUuid, ...recorded, tags};
  const difference = differenceOf(volume, identity);
  return difference === undefined ? {kind: 'ours', identity} : {kind: 'doubtful', difference};
}
