import {realpath} from 'node:fs/promises';

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

/** Whether one of two block devices of this machine is a partition of the other. */
export async function isPartOfOther(a: DeviceIdentity, b: DeviceIdentity): Promise<boolean> {
  if (a.bootId !== b.bootId || a.kind !== 'block' || b.kind !== 'block') return false;
  const [pathOfA, pathOfB] = await Promise.all([sysfsPath(a), sysfsPath(b)]);
  if (pathOfA === undefined || pathOfB === undefined) return false;
  return pathOfA.startsWith(`${pathOfB}/`) || pathOfB.startsWith(`${pathOfA}/`);
}

async function sysfsPath({major, minor}: DeviceIdentity): Promise<string | undefined> {
  try {
    return await realpath(`/sys/dev/block/${major}:${minor}`);
  } catch {
    return undefined;
  }
}
