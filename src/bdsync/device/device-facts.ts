import {type BigIntStats, constants} from 'node:fs';
import {type FileHandle, open, readFile, stat} from 'node:fs/promises';
import {messageOf} from '../../errors.js';
import {deviceError} from './device-error.js';
import {BdsyncError} from '../errors.js';

export type DeviceKind = 'file' | 'block';

export interface DeviceFacts {
  readonly kind: DeviceKind;
  readonly sizeBytes: number;
  /** The same for every path to the same device, on one machine until it boots again. */
  readonly identity: string;
}

export interface DeviceHandle {
  readonly handle: FileHandle;
  readonly facts: DeviceFacts;
}

/**
 * Opens an existing file or block device (symbolic links are followed) with flags of open(2), and says what it is.
 *
 * @throws BdsyncError 'io' when it is missing, not permitted, or neither a file nor a block device.
 */
export async function openDeviceHandle(path: string, flags: number): Promise<DeviceHandle> {
  try {
    // Before opening: to open a tape, a terminal or a fifo has effects of its own.
    requireDeviceKind(path, await stat(path));
    const handle = await open(path, flags | constants.O_NONBLOCK);
    try {
      return {handle, facts: await factsOf(path, await handle.stat({bigint: true}))};
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof BdsyncError) throw error;
    throw deviceError('io', `cannot open ${path}`, error);
  }
}

/** `rdev:MAJOR:MINOR` of a block device, `inode:MAJOR:MINOR:INODE` of anything else. */
export function deviceIdentity(stats: BigIntStats): string {
  if (stats.isBlockDevice()) return `rdev:${formatDeviceNumber(stats.rdev)}`;
  return `inode:${formatDeviceNumber(stats.dev)}:${stats.ino}`;
}

/** `MAJOR:MINOR` of a dev_t: the low 8 bits of minor, then 12 bits of major, then the rest of each above. */
export function formatDeviceNumber(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xff_ff_ff_00n);
  return `${major}:${minor}`;
}

async function factsOf(path: string, stats: BigIntStats): Promise<DeviceFacts> {
  const kind = requireDeviceKind(path, stats);
  const sizeBytes = kind === 'block' ? await blockDeviceBytes(path, stats.rdev) : Number(stats.size);
  return {kind, sizeBytes, identity: deviceIdentity(stats)};
}

interface FileKind {
  isFile(): boolean;
  isBlockDevice(): boolean;
  isDirectory(): boolean;
  isCharacterDevice(): boolean;
  isFIFO(): boolean;
}

function requireDeviceKind(path: string, stats: FileKind): DeviceKind {
  if (stats.isBlockDevice()) return 'block';
  if (stats.isFile()) return 'file';
  let found = 'a socket';
  if (stats.isDirectory()) found = 'a folder';
  else if (stats.isCharacterDevice()) found = 'a character device';
  else if (stats.isFIFO()) found = 'a fifo';
  throw new BdsyncError('io', `${path} is ${found}, not a block device or an image file`);
}

/** Node has no ioctl to ask a block device for its size, but sysfs tells it in units of 512 bytes. */
async function blockDeviceBytes(path: string, device: bigint): Promise<number> {
  const sizeFile = `/sys/dev/block/${formatDeviceNumber(device)}/size`;
  try {
    const bytes = Number(await readFile(sizeFile, 'latin1')) * 512;
    if (!Number.isSafeInteger(bytes)) throw new Error(`${sizeFile} tells no size`);
    return bytes;
  } catch (error) {
    throw new BdsyncError('io', `cannot tell the size of ${path}: ${messageOf(error)}`, {
      cause: error,
      hint: 'the sizes of block devices are read from sysfs, which must be mounted on /sys',
    });
  }
}
