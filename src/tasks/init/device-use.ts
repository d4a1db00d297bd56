import {readdir} from 'node:fs/promises';
import {type DeviceNumber, identifyPath, parseDeviceNumber, sysfsFolder} from '../../device-identity.js';
import {kernelText} from '../../kernel-text.js';
import {mountPointsOf, unescapeOctal} from '../../mount-points.js';
import {openedCryptName} from '../../opened-crypt.js';
import {LUKS_START_BYTES, parseLuksVersion} from '../ends/luks-version.js';
import {readStart} from './read-start.js';

/** What a block device of this machine is used for, as far as the kernel and its first bytes tell. */
export interface DeviceUse {
  /** Of the device and of its partitions, as the next two. */
  readonly mountPoints: readonly string[];
  readonly isSwap: boolean;
  /** What is built on it: `dm-3`, by its name where it has one. */
  readonly usedBy: readonly string[];
  /** The name of an opened encrypted volume: what is read from it is plain text. */
  readonly openedAs: string | undefined;
  /** Of an encrypted volume that is copied as it is. */
  readonly luksVersion: number | undefined;
  /** Why nothing can be read from it now: whoever reads waits, for ever maybe. */
  readonly silence: 'suspended' | 'late' | undefined;
}

interface LookOptions {
  readonly folder?: string;
  /** When false, its first bytes are left alone: neither `luksVersion` nor `late` is known then. */
  readonly isRead?: boolean;
  readonly timeoutMs?: number | undefined;
}

/** @throws the reason of `signal` when it aborts. */
export async function useOfDevice(
  path: string,
  device: DeviceNumber,
  signal: AbortSignal,
  {folder = sysfsFolder(device), isRead = true, timeoutMs}: LookOptions = {},
): Promise<DeviceUse> {
  const isSuspended = (await kernelText(`${folder}/dm/suspended`)) === '1';
  const start = isRead && !isSuspended ? await readStart(path, LUKS_START_BYTES, signal, timeoutMs) : undefined;
  const parts = [device, ...(await partitionsIn(folder))];
  return {
    mountPoints: (await Promise.all(parts.map(mountPointsOf))).flat(),
    isSwap: (await Promise.all(parts.map(isSwapSpace))).includes(true),
    usedBy: (await Promise.all(parts.map((part) => holdersIn(sysfsFolder(part))))).flat().toSorted(),
    openedAs: await openedCryptName(device),
    luksVersion: start instanceof Buffer ? parseLuksVersion(start) : undefined,
    silence: isSuspended ? 'suspended' : start === 'late' ? 'late' : undefined,
  };
}

async function partitionsIn(folder: string): Promise<DeviceNumber[]> {
  const numbers = (await namesIn(folder)).map(async (name) => {
    const isPartition = (await kernelText(`${folder}/${name}/partition`)) !== undefined;
    return isPartition ? parseDeviceNumber((await kernelText(`${folder}/${name}/dev`)) ?? '') : undefined;
  });
  return (await Promise.all(numbers)).filter((number) => number !== undefined);
}

async function isSwapSpace({major, minor}: DeviceNumber): Promise<boolean> {
  // Filename Type Size Used Priority, below a head.
  const [, ...lines] = (await kernelText('/proc/swaps'))?.split('\n') ?? [];
  for (const line of lines) {
    const identity = await identifyPath(unescapeOctal(line.split(/\s/)[0] ?? ''));
    if (identity?.kind === 'block' && identity.major === major && identity.minor === minor) return true;
  }
  return false;
}

async function holdersIn(folder: string): Promise<string[]> {
  const names = await namesIn(`${folder}/holders`);
  return await Promise.all(names.map(async (name) => (await kernelText(`${folder}/holders/${name}/dm/name`)) ?? name));
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
