import {formatBytes} from '../units.js';
import {findGroup} from './find-group.js';
import {listVolumes} from './list-volumes.js';
import type {Lvm} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';
import {type VolumeGroup, wholeExtents} from './vgs-report.js';
import type {VolumeAddress} from './volume-path.js';

export interface VolumeRequest extends VolumeAddress {
  /** What it must hold at least. */
  readonly sizeBytes: number;
  /** The thin pool of the group that it shall be in; a linear volume without one. */
  readonly pool: string | undefined;
}

/** What would be created. */
export interface PlannedVolume extends VolumeAddress {
  /** A whole number of the group's extents. */
  readonly sizeBytes: number;
  readonly extents: number;
  readonly pool: string | undefined;
  /** Of the group, or of the pool, which may promise more than it has. */
  readonly freeBytes: number;
}

/**
 * Looks whether a volume could be created, and changes nothing.
 *
 * @throws LvmError 'volume-group-missing', 'volume-group-full', 'volume-name-taken', 'volume-inactive' for a taken name
 *   whose volume only is not active, 'thin-pool-missing', 'thin-pool-unfit', and those of every command.
 */
export async function planVolume(lvm: Lvm, request: VolumeRequest, signal?: AbortSignal): Promise<PlannedVolume> {
  const {vg, name, pool: poolName} = request;
  const group = await findGroup(lvm, vg, signal);
  const volumes = await listVolumes(lvm, {name: vg, signal});
  const taken = volumes.find((volume) => volume.name === name);
  if (taken !== undefined) throw nameTaken(taken);
  const sizeBytes = wholeExtents(group, request.sizeBytes);
  const planned = {vg, name, sizeBytes, extents: sizeBytes / group.extentBytes, pool: poolName};
  if (poolName !== undefined) return {...planned, freeBytes: roomInPool(volumes, vg, poolName)};
  if (sizeBytes > group.freeBytes) throw groupFull(`${vg}/${name}`, group, sizeBytes);
  return {...planned, freeBytes: group.freeBytes};
}

function nameTaken({vg, name, isActive}: LogicalVolume): LvmError {
  const fullName = `${vg}/${name}`;
  if (isActive) return new LvmError('volume-name-taken', `the group ${vg} has a volume ${name} already`);
  return new LvmError('volume-inactive', `the volume ${fullName} is not active`, {
    hint: `activate it: lvchange -ay ${fullName}`,
  });
}

function roomInPool(volumes: readonly LogicalVolume[], vg: string, name: string): number {
  const pool = volumes.find((volume) => volume.name === name && isThinPool(volume));
  if (pool === undefined) {
    const pools = volumes.filter(isThinPool).map((volume) => volume.name);
    throw new LvmError('thin-pool-missing', `the group ${vg} has no thin pool ${name}`, {
      hint: pools.length === 0 ? 'it has none at all' : `it has ${pools.join(', ')}`,
    });
  }
  // Where only a part of a chunk is written, the rest of it would be anything, and a comparison took it for zeros.
  if (!pool.zeroesNewChunks) {
    throw new LvmError('thin-pool-unfit', `the thin pool ${vg}/${name} does not fill new chunks with zeros`, {
      hint: `what other volumes left there would show between the data: lvchange --zero y ${vg}/${name}`,
    });
  }
  return Math.round(pool.sizeBytes * (1 - (pool.usedPercent ?? 0) / 100));
}

function isThinPool({layout}: LogicalVolume): boolean {
  return layout.includes('thin') && layout.includes('pool');
}

export function groupFull(fullName: string, {name, freeBytes}: VolumeGroup, neededBytes: number): LvmError {
  const figures = `${formatBytes(neededBytes)} needed, ${formatBytes(freeBytes)} free`;
  return new LvmError('volume-group-full', `the volume group ${name} has no room for ${fullName}: ${figures}`, {
    hint: `see what takes it (lvs ${name}), or extend the group (vgextend)`,
  });
}
