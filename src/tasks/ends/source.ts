import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {openDevice} from '../../bdsync/device/device.js';
import {type DeviceIdentity, identifyPath, readBootId} from '../../device-identity.js';
import {codeOf, messageOf} from '../../errors.js';
import {TaskError} from '../task-error.js';

/** Makes sure that the source can be read as a device, and tells which one it is. */
export async function inspectSource(path: string): Promise<DeviceIdentity> {
  try {
    await access(path, constants.R_OK);
    const identity = await identifyPath(path);
    if (identity !== undefined) return {...identity, bootId: await readBootId()};
  } catch (error) {
    throw explainSourceFault(path, error);
  }
  throw new TaskError('source-unusable', `the source ${path} is neither a block device nor a file`, {
    hint: 'name a block device or an image file in source_path',
  });
}

/** In bytes. */
export async function sizeOfSource(path: string): Promise<number> {
  await using device = await openDevice(path, 'read');
  return device.sizeBytes;
}

function explainSourceFault(path: string, cause: unknown): TaskError {
  const code = codeOf(cause);
  if (code === 'ENOENT') {
    return new TaskError('source-unusable', `the source ${path} does not exist`, {cause});
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new TaskError('permission', `the source ${path} may not be read`, {
      cause,
      hint: 'run as root or as a member of the group that owns the device (disk)',
    });
  }
  return new TaskError('source-unusable', `the source ${path} cannot be used: ${messageOf(cause)}`, {cause});
}
