import {blockDevice, type DeviceIdentity, type LocalIdentity, splitDeviceNumber} from '../../device-identity.js';
import type {Host} from '../../hosts/host.js';
import {parseDeviceSize} from '../../parse-device-size.js';
import {TaskError} from '../task-error.js';

/** What stands at the target's path on the target's host. */
export type TargetState =
  | {readonly kind: 'missing'; readonly isFolderWritable: boolean}
  /** Neither the target nor the folder that it would be created in. */
  | {readonly kind: 'no-folder'}
  | PresentTarget;

export interface PresentTarget {
  readonly kind: 'present';
  readonly identity: DeviceIdentity;
  /** Undefined where the kernel does not tell that of a block device. */
  readonly sizeBytes: number | undefined;
  /** `protected`: a device that the system lets nobody write, whatever rights he has. */
  readonly access: 'writable' | 'read-only' | 'protected';
}

// Prints `missing`, `read-only-folder`, `no-folder`, `dangling`, or a line of stat with mode and device numbers in hexadecimal
// (whatever the language there), whether we may write, the kernel's boot id, and for a block device its size in sectors.
const INSPECT_SCRIPT = [
  'if [ -e "$1" ] || [ -L "$1" ]; then :; else folder=$(dirname -- "$1")',
  'if [ -d "$folder" ]; then if [ -w "$folder" ]; then echo missing; else echo read-only-folder; fi',
  'else echo no-folder; fi; exit 0; fi',
  'if [ -e "$1" ]; then :; else echo dangling; exit 0; fi',
  'stat -L -c \'found %f %s %d %i %t %T\' -- "$1" || exit 1',
  'if [ -b "$1" ]; then of="/sys/dev/block/$((0x$(stat -L -c %t -- "$1"))):$((0x$(stat -L -c %T -- "$1")))"; fi',
  // The rights of its node say nothing of that.
  'if [ -b "$1" ] && [ "$(cat "$of/ro")" = 1 ]; then echo protected',
  'elif [ -w "$1" ]; then echo writable; else echo read-only; fi',
  'cat /proc/sys/kernel/random/boot_id',
  'if [ -b "$1" ]; then cat "$of/size"; fi',
  'true',
].join('; ');

const MODE_TYPE_MASK = 0o170000;
const MODE_BLOCK = 0o060000;
const MODE_FILE = 0o100000;
const MODE_FOLDER = 0o040000;

/** Looks at the target without touching it. */
export async function inspectTarget(host: Host, path: string, signal?: AbortSignal): Promise<TargetState> {
  const {status, stdout, stderr} = await host.run(['sh', '-c', INSPECT_SCRIPT, 'sh', path], {
    ...(signal && {signal}),
    describe: `looking at ${path}`,
  });
  const lines = stdout.split('\n');
  if (status === 0 && lines.includes('missing')) return {kind: 'missing', isFolderWritable: true};
  if (status === 0 && lines.includes('read-only-folder')) return {kind: 'missing', isFolderWritable: false};
  if (status === 0 && lines.includes('no-folder')) return {kind: 'no-folder'};
  if (status === 0 && lines.includes('dangling')) {
    throw new TaskError(
      'target-missing',
      `the target ${path} on ${host.name} is a symbolic link that leads to nothing`,
      {
        hint: 'make what it is to lead to, or correct the link or target_path',
      },
    );
  }
  const found = lines.findIndex((line) => line.startsWith('found '));
  if (status !== 0 || found === -1) {
    throw new TaskError('target-unusable', `cannot look at the target ${path} on ${host.name}`, {
      errorLines: stderr.split('\n').filter((line) => line !== ''),
    });
  }
  return parsePresent(path, host.name, lines.slice(found));
}

function parsePresent(
  path: string,
  hostName: string,
  [found = '', access = '', bootId = '', sectors = '']: string[],
): PresentTarget {
  const [, mode = '', size = '', device = '', inode = '', major = '', minor = ''] = found.split(' ');
  const type = Number.parseInt(mode, 16) & MODE_TYPE_MASK;
  if (type !== MODE_BLOCK && type !== MODE_FILE) {
    const what = type === MODE_FOLDER ? 'a folder' : 'neither a block device nor a file';
    throw new TaskError('target-unusable', `the target ${path} on ${hostName} is ${what}`, {
      hint: 'name a block device or an image file in target_path',
    });
  }
  const isBlock = type === MODE_BLOCK;
  const identity: LocalIdentity = isBlock
    ? blockDevice({major: Number.parseInt(major, 16), minor: Number.parseInt(minor, 16)})
    : {kind: 'file', ...splitDeviceNumber(BigInt(device)), inode};
  return {
    kind: 'present',
    identity: {...identity, bootId: bootId.trim()},
    sizeBytes: isBlock ? parseDeviceSize(sectors) : Number(size),
    access: access === 'writable' || access === 'protected' ? access : 'read-only',
  };
}
