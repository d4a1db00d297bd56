import {readdir, readFile, stat} from 'node:fs/promises';

/** What makes two paths one device or file: on the same running kernel, the same numbers. */
export interface DeviceIdentity {
  /** The kernel's boot id: equal for two ends of a connection that leads back to this machine. */
  readonly bootId: string;
  readonly kind: 'file' | 'block';
  /** Major and minor number, of a block device itself, of the device that holds a file. */
  readonly major: number;
  readonly minor: number;
  /** 0 for a block device. */
  readonly inode: string;
}

/** A device number as glibc and the kernel pack it into a 64-bit dev_t. */
export function splitDeviceNumber(packed: bigint): {readonly major: number; readonly minor: number} {
  const major = ((packed >> 8n) & 0xfffn) | ((packed >> 32n) & ~0xfffn);
  const minor = (packed & 0xffn) | ((packed >> 12n) & ~0xffn);
  return {major: Number(major), minor: Number(minor)};
}

export function isSameDevice(a: DeviceIdentity, b: DeviceIdentity): boolean {
  return (
    a.bootId === b.bootId && a.kind === b.kind && a.major === b.major && a.minor === b.minor && a.inode === b.inode
  );
}

/** More than any machine stacks; a circle in what the kernel tells must not be one here. */
const LAYERS_AT_MOST = 64;

/**
 * Whether what is written to one of two devices of this machine ends up in the other: a partition and its disk, a loop
 * device and its file, a mapped device and what it is made of, a file and the device that holds it.
 */
export async function isLayerOfOther(a: DeviceIdentity, b: DeviceIdentity): Promise<boolean> {
  return a.bootId === b.bootId && ((await liesOn(a, b)) || (await liesOn(b, a)));
}

async function liesOn(upper: DeviceIdentity, lower: DeviceIdentity): Promise<boolean> {
  const below = [upper];
  for (let index = 0; index < below.length && index < LAYERS_AT_MOST; index += 1) {
    const device = below[index];
    if (device === undefined) break;
    if (index > 0 && isSameDevice(device, lower)) return true;
    below.push(...(await directlyBelow(device)));
  }
  return false;
}

async function directlyBelow(device: DeviceIdentity): Promise<DeviceIdentity[]> {
  const {bootId, major, minor} = device;
  if (device.kind === 'file') return [{bootId, kind: 'block', major, minor, inode: '0'}];
  const folder = `/sys/dev/block/${major}:${minor}`;
  const numbers = await Promise.all([
    ...(await namesIn(`${folder}/slaves`)).map((name) => textOf(`${folder}/slaves/${name}/dev`)),
    (await textOf(`${folder}/partition`)) === undefined ? undefined : textOf(`${folder}/../dev`),
  ]);
  const devices = numbers.flatMap((text): DeviceIdentity[] => {
    const match = /^(\d+):(\d+)$/.exec(text ?? '');
    return match ? [{bootId, kind: 'block', major: Number(match[1]), minor: Number(match[2]), inode: '0'}] : [];
  });
  const backingFile = await textOf(`${folder}/loop/backing_file`);
  const backing = backingFile === undefined ? undefined : await identifyPath(backingFile, bootId);
  return backing === undefined ? devices : [...devices, backing];
}

/** Undefined for what is no device or file, or is not there. */
export async function identifyPath(path: string, bootId: string): Promise<DeviceIdentity | undefined> {
  const status = await stat(path, {bigint: true}).catch(() => undefined);
  if (status?.isBlockDevice()) return {bootId, kind: 'block', ...splitDeviceNumber(status.rdev), inode: '0'};
  if (status?.isFile()) return {bootId, kind: 'file', ...splitDeviceNumber(status.dev), inode: String(status.ino)};
  return undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function textOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text?.replace(/\n$/, '');
}
