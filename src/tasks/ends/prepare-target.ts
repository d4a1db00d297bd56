import type {DeviceIdentity} from '../../device-identity.js';
import {parseVolumePath, type VolumeAddress} from '../../lvm/volume-path.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {inspectTarget, type PresentTarget} from './inspect-target.js';
import {refuseSource} from './refuse-source.js';

/** The target, or what the task is to create in its place. */
export type FoundTarget =
  | PresentTarget
  | {readonly kind: 'missing-file'}
  | {readonly kind: 'missing-volume'; readonly address: VolumeAddress};

/**
 * Makes sure that the target may be written and is not the source, as far as that one could be looked at, or that it is
 * missing and the task creates it.
 *
 * @throws TaskError 'target-missing', 'target-unusable', 'same-device', 'permission'.
 */
export async function checkTarget(context: TaskContext, source: DeviceIdentity | undefined): Promise<FoundTarget> {
  const {plan, host, signal} = context;
  const {path} = plan.target;
  const target = await inspectTarget(host, path, signal);
  const address = parseVolumePath(path);
  switch (target.kind) {
    case 'present':
      if (source) await refuseSource(plan.sourcePath, source, path, target.identity);
      if (target.access === 'writable') return target;
      if (target.access === 'protected') {
        throw new TaskError('target-unusable', `the target ${path} on ${host.name} is a device that is set read-only`, {
          hint: readOnlyRemedy(path),
        });
      }
      throw new TaskError('permission', `the target ${path} on ${host.name} may not be written`, {
        hint: 'the user on that host needs the right to write it',
      });
    case 'no-folder':
      // The folder of a group is there only while one of its volumes is active.
      if (address !== undefined) return requireVolumeWanted(context, address);
      throw new TaskError('target-missing', `neither the target ${path} nor its folder exists on ${host.name}`, {
        hint: 'create the folder, or correct target_path',
      });
    case 'missing':
      if (address !== undefined) return requireVolumeWanted(context, address);
      if (plan.createTarget) return requireCreatable(path, host.name, target.isFolderWritable);
      throw new TaskError('target-missing', `the target ${path} does not exist on ${host.name}`, {
        hint: 'create it, or let create_target_if_missing = yes create a file',
      });
    default:
      return target satisfies never;
  }
}

/** What a drive refuses by itself, by a switch on it, no command changes. */
function readOnlyRemedy(path: string): string {
  const [does, unless] = ['makes it writable', 'unless the drive itself is protected'];
  const address = parseVolumePath(path);
  return address === undefined
    ? `'blockdev --setrw ${path}' on that host ${does}, ${unless}`
    : `'lvchange --permission rw ${address.vg}/${address.name}' on that host ${does}`;
}

function requireVolumeWanted({plan, host}: TaskContext, address: VolumeAddress): FoundTarget {
  if (plan.createTarget) return {kind: 'missing-volume', address};
  const fullName = `${address.vg}/${address.name}`;
  throw new TaskError('target-missing', `the target ${plan.target.path} does not exist on ${host.name}`, {
    hint: `activate the volume if it is there (lvchange -ay ${fullName}), or let create_target_if_missing = yes create it`,
  });
}

function requireCreatable(path: string, hostName: string, isFolderWritable: boolean): FoundTarget {
  if (path.startsWith('/dev/')) {
    throw new TaskError('target-missing', `the target device ${path} does not exist on ${hostName}`, {
      hint:
        'create the device first, or name a volume to be created, /dev/GROUP/NAME: a file below /dev would be lost ' +
        'with the next start of the machine',
    });
  }
  if (isFolderWritable) return {kind: 'missing-file'};
  throw new TaskError(
    'permission',
    `the target ${path} cannot be created on ${hostName}: its folder may not be written`,
    {
      hint: 'the user on that host needs the right to write it, and its file system must not be read-only',
    },
  );
}
