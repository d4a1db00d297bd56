import {readdir} from 'node:fs/promises';
import {
  blockDevice,
  identifyPath,
  isSameDevice,
  type LocalIdentity,
  parseDeviceNumber,
  sysfsFolder,
} from './device-identity.js';
import {kernelText} from './kernel-text.js';

/** More than any machine stacks; a circle in what the kernel tells must not be one here. */
const LAYERS_AT_MOST = 64;

/**
 * Whether what is written to one of two devices of this machine ends up in the other: a partition and its disk, a loop
 * device and its file, a mapped device and what it is made of, a file and the device that holds it.
 */
export async function isLayerOfOther(a: LocalIdentity, b: LocalIdentity): Promise<boolean> {
  return (await liesOn(a, b)) || (await liesOn(b, a));
}

async function liesOn(upper: LocalIdentity, lower: LocalIdentity): Promise<boolean> {
  const below = [upper];
  for (let index = 0; index < below.length && index < LAYERS_AT_MOST; index += 1) {
    const device = below[index];
    if (device === undefined) break;
    if (index > 0 && isSameDevice(device, lower)) return true;
    below.push(...(await directlyBelow(device)));
  }
  return false;
}

async function directlyBelow(device: LocalIdentity): Promise<LocalIdentity[]> {
  if (device.kind === 'file') return [blockDevice(device)];
  const folder = sysfsFolder(device);
  const isPartition = (await kernelText(`${folder}/partition`)) !== undefined;
  const numberFiles = [
    ...(await namesIn(`${folder}/slaves`)).map((name) => `${folder}/slaves/${name}/dev`),
    ...(isPartition ? [`${folder}/../dev`] : []),
  ];
  const numbers = await Promise.all(numberFiles.map(async (file) => parseDeviceNumber((await kernelText(file)) ?? '')));
  const backingFile = await loopBackingFile(folder);
  return [...numbers.map((number) => number && blockDevice(number)), backingFile].filter(
    (found) => found !== undefined,
  );
}

/** What is behind a loop device, of which the kernel tells in this folder; undefined for other devices. */
export async function loopBackingFile(folder: string): Promise<LocalIdentity | undefined> {
  const path = await kernelText(`${folder}/loop/backing_file`);
  return path === undefined ? undefined : await identifyPath(path);
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
