import type {LogicalVolume} from '../../lvm/lvs-report.js';
import {snapshotOwner} from '../../lvm/tags.js';

/** Why a volume that LVM lists is none that a pattern stands for; undefined for an ordinary one. */
export function whyLeftOut({tags, origin, layout, path}: LogicalVolume): string | undefined {
  // Also one that lvcreate could not finish, which has no origin yet.
  if (snapshotOwner(tags) !== undefined) return 'it belongs to a run of bdsync-manager';
  if (origin !== undefined) return `it is a snapshot of ${origin}`;
  if (layout.includes('pool')) return 'it is a pool';
  return path === undefined ? 'it has no device' : undefined;
}
