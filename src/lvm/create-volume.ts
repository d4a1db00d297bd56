import {findGroup} from './find-group.js';
import {isGroupFull} from './group-full.js';
import {listVolumes} from './list-volumes.js';
import {type Lvm, type LvmOutcome, runLvm, throwLvmFailure} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';
import {groupFull, type PlannedVolume} from './plan-volume.js';

/**
 * Creates a volume as `planVolume` planned it, and never anything else: what has the name meanwhile is left alone.
 * A linear one shows what was written to its extents before, apart from its first 4 KiB and from signatures of file
 * systems, RAID and the like, which are wiped: udev would start what it takes for one before it can be overwritten.
 *
 * @throws LvmError 'volume-name-taken', 'volume-group-full', 'thin-pool-missing', and those of every command.
 */
export async function createVolume(lvm: Lvm, planned: PlannedVolume, tags: readonly string[]): Promise<LogicalVolume> {
  const {vg, name} = planned;
  const words = ['lvcreate', '--yes', ...kindWords(planned), '--name', name];
  for (const tag of tags) words.push('--addtag', tag);
  // Without a signal: to kill it half-way would leave half of a volume, and the group's lock with it.
  const outcome = await runLvm(lvm, [...words, '--', vg]);
  if (outcome.status !== 0) await throwCreationFailure(lvm, planned, outcome);
  const [volume] = await listVolumes(lvm, {name: `${vg}/${name}`});
  if (volume !== undefined) return volume;
  throw new LvmError('not-a-volume', `the volume ${vg}/${name} vanished as soon as it was created`);
}

function kindWords({pool, sizeBytes, extents}: PlannedVolume): string[] {
  if (pool !== undefined) return ['--type', 'thin', '--thinpool', pool, '--virtualsize', `${sizeBytes}b`];
  return ['--type', 'linear', '--zero', 'y', '--wipesignatures', 'y', '--extents', String(extents)];
}

async function throwCreationFailure(
  lvm: Lvm,
  {vg, name, pool, sizeBytes}: PlannedVolume,
  outcome: LvmOutcome,
): Promise<never> {
  const {errorLines} = outcome;
  const says = (words: RegExp): boolean => errorLines.some((line) => words.test(line));
  if (says(/already exists in volume group/)) {
    throw new LvmError('volume-name-taken', `the group ${vg} has a volume ${name} already`, {errorLines});
  }
  if (isGroupFull(outcome)) throw groupFull(`${vg}/${name}`, await findGroup(lvm, vg), sizeBytes);
  if (says(/^Pool .* not found in Volume group|is not a thin pool/)) {
    throw new LvmError('thin-pool-missing', `the group ${vg} has no thin pool ${pool}`, {errorLines});
  }
  return throwLvmFailure(`cannot create the volume ${vg}/${name}`, outcome);
}
