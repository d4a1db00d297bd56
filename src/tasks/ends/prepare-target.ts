import type {DeviceIdentity} from '../../device-identity.js';
import {createTarget} from './create-target.js';
import {inspectTarget, type PresentTarget} from './inspect-target.js';
import {refuseSource} from './refuse-source.js';
import {sizeOfSource} from './source.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';

/**
 * Makes sure that the target may be written and is not the source, as far as that one could be looked at. Undefined
 * when the target is missing and the task creates it.
 *
 * @throws TaskError 'target-missing', 'target-unusable', 'same-device', 'permission'.
 */
export async function checkTarget(
  context: TaskContext,
  source: DeviceIdentity | undefined,
): Promise<PresentTarget | undefined> {
  const {plan, host, signal} = context;
  const {path} = plan.target;
  const target = await inspectTarget(host, path, signal);
  switch (target.kind) {
    case 'present':
      if (source) await refuseSource(plan.sourcePath, source, path, target.identity);
      if (target.isWritable) return target;
      throw new TaskError('permission', `the target ${path} on ${host.name} may not be written`, {
        hint: 'the user on that host needs the right to write it',
      });
    case 'no-folder':
      throw new TaskError('target-missing', `neither the target ${path} nor its folder exists on ${host.name}`, {
        hint: 'create the folder, or correct target_path',
      });
    case 'missing':
      if (plan.createTarget) return requireCreatable(path, host.name, target.isFolderWritable);
      throw new TaskError('target-missing', `the target ${path} does not exist on ${host.name}`, {
        hint: 'create it, or let create_target_if_missing = yes create a file',
      });
    default:
      return target satisfies never;
  }
}

function requireCreatable(path: string, hostName: string, isFolderWritable: boolean): undefined {
  if (path.startsWith('/dev/')) {
    throw new TaskError('target-missing', `the target device ${path} does not exist on ${hostName}`, {
      hint: 'create the device first: a file below /dev would be lost with the next start of the machine',
    });
  }
  if (isFolderWritable) return undefined;
  throw new TaskError(
    'permission',
    `the target ${path} cannot be created on ${hostName}: its folder may not be written`,
    {
      hint: 'the user on that host needs the right to write it, and its file system must not be read-only',
    },
  );
}

/** Creates the target as a file of holes with the source's size, so that even a strict comparison of sizes passes. */
export async function createMissingTarget({plan, host, signal, teller}: TaskContext): Promise<void> {
  const {path} = plan.target;
  teller.enter('create target');
  teller.log('warning', `Creating missing target file: ${path}`);
  await createTarget(host, path, await sizeOfSource(plan.sourcePath), signal);
  teller.targetState = 'created';
}
