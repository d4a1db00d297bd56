import type {BigIntStats} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';

/** What makes two paths one device or file: on the same running kernel, the same numbers. */
export interface DeviceIdentity extends LocalIdentity {
  /** The kernel's boot id: equal for two ends of a connection that leads back to this machine. */
  readonly bootId: string;
}

/** The same for every path to one device or file of one machine, until it boots again. */
export interface LocalIdentity extends DeviceNumber {
  readonly kind: 'file' | 'block';
  /** 0 for a block device. */
  readonly inode: string;
}

/** Major and minor number, of a block device itself, of the device that holds a file. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** Undefined for what is no block device or file, or is not there. */
export async function identifyPath(path: string): Promise<LocalIdentity | undefined> {
  const stats = await stat(path, {bigint: true}).catch(() => undefined);
  return stats && identifyStats(stats);
}

/** Undefined for what is no block device or file. */
export function identifyStats(stats: BigIntStats): LocalIdentity | undefined {
  if (stats.isBlockDevice()) return blockDevice(splitDeviceNumber(stats.rdev));
  if (stats.isFile()) return {kind: 'file', ...splitDeviceNumber(stats.dev), inode: String(stats.ino)};
  return undefined;
}

export function blockDevice({major, minor}: DeviceNumber): LocalIdentity {
  return {kind: 'block', major, minor, inode: '0'};
}

/** A 64-bit dev_t as glibc packs it: the low 8 bits of minor, then 12 bits of major, then the rest of each above. */
export function splitDeviceNumber(packed: bigint): DeviceNumber {
  const major = ((packed >> 8n) & 0xfffn) | ((packed >> 32n) & 0xffff_f000n);
  const minor = (packed & 0xffn) | ((packed >> 12n) & 0xffff_ff00n);
  return {major: Number(major), minor: Number(minor)};
}

/** `253:4`, as the kernel writes it and reads it; undefined for any other text. */
export function parseDeviceNumber(text: string): DeviceNumber | undefined {
  const match = /^(\d+):(\d+)$/.exec(text);
  return match ? {major: Number(match[1]), minor: Number(match[2])} : undefined;
}

/** The folder in which the kernel describes a block device. */
export function sysfsFolder({major, minor}: DeviceNumber): string {
  return `/sys/dev/block/${major}:${minor}`;
}

export function isSameDevice(a: LocalIdentity, b: LocalIdentity): boolean {
  return a.kind === b.kind && a.major === b.major && a.minor === b.minor && a.inode === b.inode;
}

/** `rdev:MAJOR:MINOR` of a block device, `inode:MAJOR:MINOR:INODE` of a file. */
export function identityText({kind, major, minor, inode}: LocalIdentity): string {
  return kind === 'block' ? `rdev:${major}:${minor}` : `inode:${major}:${minor}:${inode}`;
}

/** Another one each time the kernel starts: what is known by its numbers, devices and processes, is so for one boot. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
}
