import {type DeviceIdentity, sysfsFolder} from '../../device-identity.js';
import {kernelText} from '../../kernel-text.js';
import {findGroup} from '../../lvm/find-group.js';
import {isThin} from '../../lvm/find-origin.js';
import {findVolume} from '../../lvm/find-volume.js';
import {LvmError} from '../../lvm/lvm-error.js';
import {isOfLvm} from '../../lvm/mapper-uuid.js';
import {DEFAULT_LVM_PROGRAM} from '../config/keys/snapshot-keys.js';
import {type LvmAt, lvmOfThisMachine} from '../ends/snapshot.js';
import {inspectSource, sizeOfSource} from '../ends/source.js';
import {TaskError} from '../task-error.js';
import {type DeviceUse, useOfDevice} from './device-use.js';

/** What is known of a source before there is a task for it. */
export interface SourceLook {
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined for a file. */
  readonly use: DeviceUse | undefined;
  /** Undefined for what is no logical volume. */
  readonly volume: SourceVolume | undefined;
}

export type SourceVolume =
  | {readonly kind: 'thin'}
  | {readonly kind: 'thick'; readonly group: string; readonly freeBytes: number}
  /** LVM could not be asked. */
  | {readonly kind: 'unknown'; readonly trouble: string};

/**
 * Looks at the source of a task that is to be.
 *
 * @throws TaskError for what cannot be one: nothing there, a folder, no right to read it, no answer; the reason of `signal`
 *   when it aborts.
 */
export async function lookAtSource(
  path: string,
  signal: AbortSignal,
  {lvmAt = lvmOfThisMachine, useOf = useOfDevice}: {readonly lvmAt?: LvmAt; readonly useOf?: typeof useOfDevice} = {},
): Promise<SourceLook> {
  const identity = await inspectSource(path);
  if (identity.kind === 'file') {
    return {path, sizeBytes: await sizeOfSource(path), use: undefined, volume: undefined};
  }
  const use = await useOf(path, identity, signal);
  // Before anything else reads it, which nothing could interrupt.
  requireAnswer(path, use);
  return {
    path,
    sizeBytes: await sizeOfSource(path),
    use,
    volume: await volumeBehind(path, identity, lvmAt, signal),
  };
}

function requireAnswer(path: string, {silence}: DeviceUse): void {
  switch (silence) {
    case undefined:
      return;
    case 'suspended':
      throw new TaskError('source-unusable', `the source ${path} is suspended: nothing can be read from it`, {
        hint: 'dmsetup resume ends that, when nobody is at work on it',
      });
    case 'late':
      throw new TaskError(
        'source-unusable',
        `the source ${path} does not answer: its first bytes did not come in time`,
        {
          hint: 'see what the kernel says of it: dmesg',
        },
      );
    default:
      silence satisfies never;
  }
}

async function volumeBehind(
  path: string,
  identity: DeviceIdentity,
  lvmAt: LvmAt,
  signal: AbortSignal,
): Promise<SourceVolume | undefined> {
  if (!isOfLvm(await kernelText(`${sysfsFolder(identity)}/dm/uuid`))) return undefined;
  const lvm = lvmAt(DEFAULT_LVM_PROGRAM);
  try {
    const volume = await findVolume(lvm, path, signal);
    if (isThin(volume)) return {kind: 'thin'};
    return {kind: 'thick', group: volume.vg, freeBytes: (await findGroup(lvm, volume.vg, signal)).freeBytes};
  } catch (error) {
    if (error instanceof LvmError) return {kind: 'unknown', trouble: error.message};
    throw error;
  }
}
