import {readdir, readFile, stat} from 'node:fs/promises';
import {deviceIdentity} from './device-facts.js';

/**
 * What this system does with a device or a file, in words (`it is mounted on /home`); undefined when nothing tells of
 * a use. Programs that merely have it open are not seen, and a mount in another namespace is not either: for a block
 * device, only an exclusive open tells for certain.
 */
export async function findDeviceUse(identity: string): Promise<string | undefined> {
  return (
    (await findMount(identity)) ??
    (await findLoopDevice(identity)) ??
    (await findSwap(identity)) ??
    (await findHolder(identity))
  );
}

async function findMount(identity: string): Promise<string | undefined> {
  // 42 27 7:0 / /mnt/with\040blank rw,relatime - ext4 /dev/loop0 rw
  for (const line of (await textOf('/proc/self/mountinfo')).split('\n')) {
    const [, , number, , place] = line.split(' ');
    if (place !== undefined && identity === `rdev:${number}`) return `it is mounted on ${unescapeOctal(place)}`;
  }
  return undefined;
}

async function findLoopDevice(identity: string): Promise<string | undefined> {
  const devices = await readdir('/sys/block').catch(() => []);
  for (const device of devices.filter((name) => name.startsWith('loop'))) {
    const backingFile = (await textOf(`/sys/block/${device}/loop/backing_file`)).replace(/\n$/, '');
    if (backingFile !== '' && (await identityOf(backingFile)) === identity) return `it backs /dev/${device}`;
  }
  return undefined;
}

async function findSwap(identity: string): Promise<string | undefined> {
  // Filename, Type, Size, Used, Priority below one line of titles
  for (const line of (await textOf('/proc/swaps')).split('\n').slice(1)) {
    const [path = ''] = line.split(/\s/);
    if (path !== '' && (await identityOf(unescapeOctal(path))) === identity) return 'it is swap space';
  }
  return undefined;
}

/** Device mapper, md and the like, which are built upon the device. */
async function findHolder(identity: string): Promise<string | undefined> {
  const [, number] = /^rdev:(.*)$/.exec(identity) ?? [];
  if (number === undefined) return undefined;
  const holders = `/sys/dev/block/${number}/holders`;
  const [holder] = await readdir(holders).catch(() => []);
  if (holder === undefined) return undefined;
  const mapperName = (await textOf(`${holders}/${holder}/dm/name`)).trim();
  return `it is part of ${mapperName === '' ? `/dev/${holder}` : `/dev/mapper/${mapperName}`}`;
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    return deviceIdentity(await stat(path, {bigint: true}));
  } catch {
    return undefined;
  }
}

/** Empty where the kernel shows no such file: then there is nothing of that kind. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** The kernel writes blanks in paths as `\040`. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
