import {type BigIntStats, constants} from 'node:fs';
import {type FileHandle, open, readFile, stat} from 'node:fs/promises';
import {
  type DeviceNumber,
  identifyStats,
  identityText,
  type LocalIdentity,
  sysfsFolder,
} from '../../device-identity.js';
import {messageOf} from '../../errors.js';
import {kernelText} from '../../kernel-text.js';
import {parseDeviceSize} from '../../parse-device-size.js';
import {deviceError} from './device-error.js';
import {BdsyncError} from '../errors.js';

export type DeviceKind = LocalIdentity['kind'];

export interface DeviceFacts {
  readonly kind: DeviceKind;
  readonly sizeBytes: number;
  /** The same for every path to the same device, on one machine until it boots again. */
  readonly identity: string;
}

export interface DeviceHandle {
  readonly handle: FileHandle;
  readonly facts: DeviceFacts;
  readonly identity: LocalIdentity;
}

/**
 * Opens an existing file or block device (symbolic links are followed) with flags of open(2), and says what it is.
 *
 * @throws BdsyncError 'io' when it is missing, not permitted, or neither a file nor a block device.
 */
export async function openDeviceHandle(path: string, flags: number): Promise<DeviceHandle> {
  try {
    // Before opening: to open a tape, a terminal or a fifo has effects of its own.
    requireDevice(path, await stat(path, {bigint: true}));
    const handle = await open(path, flags | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat({bigint: true});
      const identity = requireDevice(path, stats);
      if (isForWriting(flags)) await refuseReadOnly(path, identity);
      return {handle, identity, facts: await factsOf(path, identity, stats)};
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof BdsyncError) throw error;
    throw deviceError('io', `cannot open ${path}`, error);
  }
}

function requireDevice(path: string, stats: BigIntStats): LocalIdentity {
  const identity = identifyStats(stats);
  if (identity) return identity;
  let found = 'a socket';
  if (stats.isDirectory()) found = 'a folder';
  else if (stats.isCharacterDevice()) found = 'a character device';
  else if (stats.isFIFO()) found = 'a fifo';
  throw new BdsyncError('io', `${path} is ${found}, not a block device or an image file`);
}

function isForWriting(flags: number): boolean {
  return (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
}

/** The kernel opens it for writing all the same, and refuses the first write only: too late to tell that in peace. */
async function refuseReadOnly(path: string, identity: LocalIdentity): Promise<void> {
  if (identity.kind !== 'block' || (await kernelText(`${sysfsFolder(identity)}/ro`)) !== '1') return;
  throw new BdsyncError('io', `${path} is set read-only`, {
    hint: `'blockdev --setrw ${path}' makes it writable, unless the drive itself is protected`,
  });
}

async function factsOf(path: string, identity: LocalIdentity, stats: BigIntStats): Promise<DeviceFacts> {
  const {kind} = identity;
  const sizeBytes = kind === 'block' ? await blockDeviceBytes(path, identity) : Number(stats.size);
  return {kind, sizeBytes, identity: identityText(identity)};
}

/** Node has no ioctl to ask a block device for its size, but sysfs tells it. */
async function blockDeviceBytes(path: string, device: DeviceNumber): Promise<number> {
  const sizeFile = `${sysfsFolder(device)}/size`;
  try {
    const bytes = parseDeviceSize((await readFile(sizeFile, 'latin1')).trim());
    if (bytes === undefined || !Number.isSafeInteger(bytes)) throw new Error(`${sizeFile} tells no size`);
    return bytes;
  } catch (error) {
    throw new BdsyncError('io', `cannot tell the size of ${path}: ${messageOf(error)}`, {
      cause: error,
      hint: 'the sizes of block devices are read from sysfs, which must be mounted on /sys',
    });
  }
}
