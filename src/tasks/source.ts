import {constants} from 'node:fs';
import {access, readFile, stat} from 'node:fs/promises';
import {codeOf, messageOf} from '../errors.js';
import {splitDeviceNumber, type DeviceIdentity} from './device-identity.js';
import {TaskError} from './task-error.js';

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

/** Makes sure that the source can be read as a device, and tells which one it is. */
export async function inspectSource(path: string): Promise<DeviceIdentity> {
  try {
    const status = await stat(path, {bigint: true});
    if (!status.isFile() && !status.isBlockDevice()) {
      throw new TaskError('source-unusable', `the source ${path} is neither a block device nor a file`, {
        hint: 'name a block device or an image file in source_path',
      });
    }
    await access(path, constants.R_OK);
    const isBlock = status.isBlockDevice();
    return {
      bootId: (await readFile(BOOT_ID_FILE, 'utf8')).trim(),
      kind: isBlock ? 'block' : 'file',
      ...splitDeviceNumber(isBlock ? status.rdev : status.dev),
      inode: isBlock ? '0' : String(status.ino),
    };
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw explainSourceFault(path, error);
  }
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
