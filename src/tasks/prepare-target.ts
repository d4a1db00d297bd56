import {openDevice} from '../bdsync/device.js';
import {isPartOfOther, isSameDevice, type DeviceIdentity} from './device-identity.js';
import {createTarget, inspectTarget} from './target.js';
import type {TaskContext} from './task-context.js';
import {TaskError} from './task-error.js';

/** Makes sure that there is a target that may be written: creates it if the task says so, refuses the source itself. */
export async function prepareTarget(context: TaskContext, source: DeviceIdentity): Promise<void> {
  const {plan, host, signal, teller} = context;
  const {path} = plan.target;
  const target = await inspectTarget(host, path, signal);
  switch (target.kind) {
    case 'present':
      await refuseSource(plan.sourcePath, source, path, target.identity);
      if (target.isWritable) return;
      throw new TaskError('permission', `the target ${path} on ${host.name} may not be written`, {
        hint: 'the user on that host needs the right to write it',
      });
    case 'no-folder':
      throw new TaskError('target-missing', `neither the target ${path} nor its folder exists on ${host.name}`, {
        hint: 'create the folder, or correct target_path',
      });
    case 'missing':
      if (!plan.createTarget) {
        throw new TaskError('target-missing', `the target ${path} does not exist on ${host.name}`, {
          hint: 'create it, or let create_target_if_missing = yes create a file',
        });
      }
      teller.enter('create target');
      teller.log('warning', `Creating missing target file: ${path}`);
      return await createTarget(host, path, await sizeOf(plan.sourcePath), signal);
    default:
      return target satisfies never;
  }
}

export async function refuseSource(
  sourcePath: string,
  source: DeviceIdentity,
  targetPath: string,
  target: DeviceIdentity,
): Promise<void> {
  if (isSameDevice(source, target)) {
    throw new TaskError('same-device', `the source ${sourcePath} and the target ${targetPath} are the same device`);
  }
  if (await isPartOfOther(source, target)) {
    throw new TaskError('same-device', `one of ${sourcePath} and ${targetPath} is a partition of the other`);
  }
}

async function sizeOf(path: string): Promise<number> {
  await using device = await openDevice(path, 'read');
  return device.sizeBytes;
}
