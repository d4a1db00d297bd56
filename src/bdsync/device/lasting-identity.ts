import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {type LocalIdentity, sysfsFolder} from '../../device-identity.js';
import {kernelText} from '../../kernel-text.js';

/**
 * What an open device or file is known by also after the machine has booted again: `dm-uuid:UUID` of a device of the device
 * mapper, which LVM's volumes are; what `diskIdentity` tells of a disk; `file:FSID:INODE` of a file, with the id of its file
 * system as statfs(2) tells it, in hexadecimal. Empty where there is no such thing, or it cannot be told.
 */
export async function lastingIdentity(descriptor: number, identity: LocalIdentity): Promise<string> {
  if (identity.kind === 'block') {
    const folder = sysfsFolder(identity);
    const uuid = await kernelText(`${folder}/dm/uuid`);
    return uuid ? `dm-uuid:${uuid}` : await diskIdentity(folder);
  }
  const fileSystemId = await readFileSystemId(descriptor);
  return fileSystemId === undefined ? '' : `file:${fileSystemId}:${identity.inode}`;
}

/**
 * `disk:WWID` of a disk, by what its drive says; of a partition also where it begins, in sectors: `disk:WWID:START`. Such a
 * name as `sdb` is another disk's after the next boot. `folder` is that in which the kernel describes it.
 */
export async function diskIdentity(folder: string): Promise<string> {
  const start = await kernelText(`${folder}/start`);
  // Not to be normalised: the folder is a link, and the disk of a partition is above where it leads.
  const disk = start === undefined ? folder : `${folder}/..`;
  for (const file of ['wwid', 'device/wwid', 'serial', 'device/cid']) {
    const text = (await kernelText(`${disk}/${file}`))?.trim();
    if (text) return start === undefined ? `disk:${text}` : `disk:${text}:${start.trim()}`;
  }
  return '';
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
