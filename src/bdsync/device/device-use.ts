import {readdir} from 'node:fs/promises';
import {identifyPath, isSameDevice, type LocalIdentity, sysfsFolder} from '../../device-identity.js';
import {loopBackingFile} from '../../device-layers.js';
import {kernelText} from '../../kernel-text.js';
import {mountPointsOf, unescapeOctal} from '../../mount-points.js';

/**
 * What this system does with a device or a file, in words (`it is mounted on /home`); undefined when nothing tells of
 * a use. Programs that merely have it open are not seen, and a mount in another namespace is not either: for a block
 * device, only an exclusive open tells for certain.
 */
export async function findDeviceUse(device: LocalIdentity): Promise<string | undefined> {
  return (
    (await findMount(device)) ??
    (await findLoopDevice(device)) ??
    (await findSwap(device)) ??
    (await findHolder(device))
  );
}

async function findMount(device: LocalIdentity): Promise<string | undefined> {
  if (device.kind !== 'block') return undefined;
  const [place] = await mountPointsOf(device);
  return place === undefined ? undefined : `it is mounted on ${place}`;
}

async function findLoopDevice(device: LocalIdentity): Promise<string | undefined> {
  const names = await readdir('/sys/block').catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith('loop'))) {
    const backing = await loopBackingFile(`/sys/block/${name}`);
    if (backing && isSameDevice(backing, device)) return `it backs /dev/${name}`;
  }
  return undefined;
}

async function findSwap(device: LocalIdentity): Promise<string | undefined> {
  // Filename, Type, Size, Used, Priority below one line of titles
  for (const line of (await linesOf('/proc/swaps')).slice(1)) {
    const [path = ''] = line.split(/\s/);
    const swap = path === '' ? undefined : await identifyPath(unescapeOctal(path));
    if (swap && isSameDevice(swap, device)) return 'it is swap space';
  }
  return undefined;
}

/** Device mapper, md and the like, which are built upon the device. */
async function findHolder(device: LocalIdentity): Promise<string | undefined> {
  if (device.kind !== 'block') return undefined;
  const holders = `${sysfsFolder(device)}/holders`;
  const [holder] = await readdir(holders).catch(() => []);
  if (holder === undefined) return undefined;
  const mapperName = await kernelText(`${holders}/${holder}/dm/name`);
  return `it is part of ${mapperName ? `/dev/mapper/${mapperName}` : `/dev/${holder}`}`;
}

async function linesOf(path: string): Promise<string[]> {
  return (await kernelText(path))?.split('\n') ?? [];
}
