import {readdir} from 'node:fs/promises';
import {type DeviceNumber, identifyPath, parseDeviceNumber} from '../../device-identity.js';
import {kernelText} from '../../kernel-text.js';
import {isThin} from '../../lvm/find-origin.js';
import {listVolumes} from '../../lvm/list-volumes.js';
import {LvmError} from '../../lvm/lvm-error.js';
import type {LogicalVolume} from '../../lvm/lvs-report.js';
import {isOfLvm, isWholeVolume} from '../../lvm/mapper-uuid.js';
import {snapshotOwner} from '../../lvm/tags.js';
import {parseDeviceSize} from '../../parse-device-size.js';
import {DEFAULT_LVM_PROGRAM} from '../config/keys/snapshot-keys.js';
import {type LvmAt, lvmOfThisMachine} from '../ends/snapshot.js';
import {type DeviceUse, useOfDevice} from './device-use.js';

/** A block device of this machine that could be a source. */
export interface FoundDevice extends DeviceUse {
  readonly path: string;
  readonly sizeBytes: number;
  readonly kind: 'volume' | 'thin volume' | 'disk' | 'partition' | 'loop device' | 'mapped device';
}

export interface FoundDevices {
  /** Volumes first, then by their paths. */
  readonly devices: readonly FoundDevice[];
  /** Why LVM could not be asked, where there are volumes. */
  readonly lvmTrouble: string | undefined;
}

/** What holds nothing of its own, or nothing that lasts. */
const OF_NO_INTEREST = /^(?:ram|zram|sr|fd)\d/;

interface FindOptions {
  readonly lvmAt?: LvmAt;
  readonly folder?: string;
  readonly useOf?: typeof useOfDevice;
}

/** Looks at the block devices of this machine, and asks LVM for its volumes where there are any. */
export async function findDevices(
  signal: AbortSignal,
  {lvmAt = lvmOfThisMachine, folder = '/sys/class/block', useOf = useOfDevice}: FindOptions = {},
): Promise<FoundDevices> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !OF_NO_INTEREST.test(name));
  const seen = (await Promise.all(names.map((name) => kernelDevice(`${folder}/${name}`, name)))).filter(
    (device) => device !== undefined,
  );
  const lvm = seen.some(({dmUuid}) => isOfLvm(dmUuid)) ? await askLvm(lvmAt, signal) : NO_VOLUMES;
  const devices: FoundDevice[] = [];
  // Where one does not answer, others will not either: a person waits once.
  let isRead = true;
  for (const device of seen) {
    const named = nameDevice(device, lvm.volumes);
    if (named === undefined || (await identifyPath(named.path))?.kind !== 'block') continue;
    const use = await useOf(named.path, device.number, signal, {isRead});
    if (use.silence === 'late') isRead = false;
    devices.push({...named, sizeBytes: device.sizeBytes, ...use});
  }
  return {devices: devices.toSorted(byKindAndPath), lvmTrouble: lvm.trouble};
}

interface KernelDevice {
  readonly name: string;
  readonly number: DeviceNumber;
  readonly sizeBytes: number;
  readonly isPartition: boolean;
  readonly isLoop: boolean;
  readonly dmName: string | undefined;
  readonly dmUuid: string | undefined;
}

/** Undefined for one without a medium. */
async function kernelDevice(folder: string, name: string): Promise<KernelDevice | undefined> {
  const number = parseDeviceNumber((await kernelText(`${folder}/dev`)) ?? '');
  const sizeBytes = parseDeviceSize((await kernelText(`${folder}/size`)) ?? '') ?? 0;
  if (number === undefined || sizeBytes === 0) return undefined;
  return {
    name,
    number,
    sizeBytes,
    isPartition: (await kernelText(`${folder}/partition`)) !== undefined,
    isLoop: (await kernelText(`${folder}/loop/backing_file`)) !== undefined,
    dmName: await kernelText(`${folder}/dm/name`),
    dmUuid: await kernelText(`${folder}/dm/uuid`),
  };
}

interface AskedLvm {
  /** Undefined where LVM did not tell. */
  readonly volumes: readonly LogicalVolume[] | undefined;
  readonly trouble: string | undefined;
}

const NO_VOLUMES: AskedLvm = {volumes: [], trouble: undefined};

async function askLvm(lvmAt: LvmAt, signal: AbortSignal): Promise<AskedLvm> {
  try {
    return {volumes: await listVolumes(lvmAt(DEFAULT_LVM_PROGRAM), {signal}), trouble: undefined};
  } catch (error) {
    if (error instanceof LvmError) return {volumes: undefined, trouble: error.message};
    throw error;
  }
}

/** Undefined for what no task should name: parts of other volumes, and the snapshots of our own runs. */
function nameDevice(
  {name, isPartition, isLoop, dmName, dmUuid}: KernelDevice,
  volumes: AskedLvm['volumes'],
): Pick<FoundDevice, 'path' | 'kind'> | undefined {
  if (dmName !== undefined) {
    const mapperPath = `/dev/mapper/${dmName}`;
    if (!isOfLvm(dmUuid)) return {path: mapperPath, kind: 'mapped device'};
    if (volumes === undefined) return isWholeVolume(dmUuid) ? {path: mapperPath, kind: 'volume'} : undefined;
    const volume = volumes.find((each) => each.mapperPath === mapperPath);
    if (volume?.path === undefined || snapshotOwner(volume.tags) !== undefined) return undefined;
    return {path: volume.path, kind: isThin(volume) ? 'thin volume' : 'volume'};
  }
  // `cciss!c0d0` stands for /dev/cciss/c0d0.
  const path = `/dev/${name.replaceAll('!', '/')}`;
  if (isPartition) return {path, kind: 'partition'};
  return {path, kind: isLoop ? 'loop device' : 'disk'};
}

function byKindAndPath(a: FoundDevice, b: FoundDevice): number {
  const rankOf = ({kind}: FoundDevice): number => (kind.endsWith('volume') ? 0 : 1);
  return rankOf(a) - rankOf(b) || a.path.localeCompare(b.path, 'en', {numeric: true});
}
