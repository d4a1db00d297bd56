import {type DeviceNumber, sysfsFolder} from './device-identity.js';
import {kernelText} from './kernel-text.js';

/**
 * The name of a dm-crypt mapping when the device is one, or a partition of one: what is read from it is plain text.
 * Undefined for any other device, also for a volume whose group lies on such a mapping: that one is a disk to LVM.
 */
export async function openedCryptName(device: DeviceNumber, folder = sysfsFolder(device)): Promise<string | undefined> {
  const uuid = await kernelText(`${folder}/dm/uuid`);
  if (uuid === undefined || !OPENED.test(uuid)) return undefined;
  return (await kernelText(`${folder}/dm/name`)) ?? uuid;
}

// cryptsetup names what it opens CRYPT-TYPE-…; of these, verity and integrity hide nothing, and SUBDEV, below the mapping
// of LUKS2 with integrity, holds ciphertext. kpartx puts `partN-` in front.
const OPENED = /^(?:part\d+-)?CRYPT-(?!VERITY-|INTEGRITY-|SUBDEV-)/;
