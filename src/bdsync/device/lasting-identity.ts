import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {type LocalIdentity, sysfsFolder} from '../../device-identity.js';
import {kernelText} from '../../kernel-text.js';

/**
 * What an open device or file is known by also after the machine has booted again: `dm-uuid:UUID` of a device of the device
 * mapper, which LVM's volumes are; `file:FSID:INODE` of a file, with the id of its file system as statfs(2) tells it, in
 * hexadecimal. Empty where there is no such thing, or it cannot be told.
 */
export async function lastingIdentity(descriptor: number, identity: LocalIdentity): Promise<string> {
  if (identity.kind === 'block') {
    const uuid = await kernelText(`${sysfsFolder(identity)}/dm/uuid`);
    return uuid ? `dm-uuid:${uuid}` : '';
  }
  const fileSystemId = await readFileSystemId(descriptor);
  return fileSystemId === undefined ? '' : `file:${fileSystemId}:${identity.inode}`;
}

/** Node's statfs leaves it out. By descriptor: a path may lead elsewhere by now. */
async function readFileSystemId(descriptor: number): Promise<string | undefined> {
  const path = `/proc/${process.pid}/fd/${descriptor}`;
  try {
    const {stdout} = await promisify(execFile)('stat', ['-f', '-L', '-c', '%i', '--', path]);
    return /^[\da-f]+$/i.exec(stdout.trim())?.[0];
  } catch {
    return undefined;
  }
}
