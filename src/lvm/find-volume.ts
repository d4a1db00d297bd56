import {listVolumes} from './list-volumes.js';
import type {Lvm} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';

/**
 * The volume behind `path`: `/dev/vg0/home`, `/dev/mapper/vg0-home`, `vg0/home`, or any other name of its device node,
 * symbolic links included.
 *
 * @throws LvmError 'not-a-volume'; 'lvm-failed', 'lvm-missing', 'lvm-report'.
 */
export async function findVolume(lvm: Lvm, path: string, signal?: AbortSignal): Promise<LogicalVolume> {
  return (await volumeNamed(lvm, path, signal)) ?? (await volumeOfDevice(lvm, path, signal));
}

async function volumeNamed(lvm: Lvm, path: string, signal?: AbortSignal): Promise<LogicalVolume | undefined> {
  const volumes = await listVolumes(lvm, {name: path, signal});
  // The path of a group stands for all of its volumes, even when it has only one.
  return volumes.find(
    (volume) => volume.path === path || volume.mapperPath === path || `${volume.vg}/${volume.name}` === path,
  );
}

/** LVM knows neither links nor `/dev/dm-0`, but the kernel tells which mapping a device node belongs to. */
async function volumeOfDevice(lvm: Lvm, path: string, signal?: AbortSignal): Promise<LogicalVolume> {
  const options = {timeoutMs: LOOK_TIMEOUT_MS, ...(signal && {signal})};
  const look = await lvm.run(['env', 'LC_ALL=C', 'stat', '-L', '-c', '%F:%t:%T', '--', path], options);
  if (look.status !== 0) throw notAVolume(`there is no volume ${path}`);
  const [kind, major, minor] = look.stdout.trim().split(':');
  if (kind !== 'block special file') throw notAVolume(`${path} is a ${kind}, not a logical volume`);
  const number = `${Number.parseInt(major ?? '', 16)}:${Number.parseInt(minor ?? '', 16)}`;
  const mapping = await lvm.run(['cat', `/sys/dev/block/${number}/dm/name`], options);
  const volume =
    mapping.status === 0 ? await volumeNamed(lvm, `/dev/mapper/${mapping.stdout.trim()}`, signal) : undefined;
  if (volume === undefined) throw notAVolume(`${path} is not a logical volume`);
  return volume;
}

const LOOK_TIMEOUT_MS = 30_000;

function notAVolume(message: string): LvmError {
  return new LvmError('not-a-volume', message, {
    hint: 'only a logical volume can have an LVM snapshot; `lvs -o lv_path` lists them',
  });
}
