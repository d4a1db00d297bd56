import {type DeviceNumber, identifyPath, parseDeviceNumber} from './device-identity.js';
import {kernelText} from './kernel-text.js';

/** Where the file system of a block device is mounted, as far as this process sees; the first mount first. */
export async function mountPointsOf({major, minor}: DeviceNumber): Promise<string[]> {
  const places: string[] = [];
  // 42 27 7:0 / /mnt/with\040blank rw,relatime shared:1 - ext4 /dev/loop0 rw
  for (const line of (await kernelText('/proc/self/mountinfo'))?.split('\n') ?? []) {
    const [fields = '', origin = ''] = line.split(' - ');
    const [, , text = '', , place] = fields.split(' ');
    let number = parseDeviceNumber(text);
    // btrfs has a number of its own, which no device has.
    const device = origin.split(' ')[1] ?? '';
    if (number?.major === 0 && device.startsWith('/dev/')) number = await identifyPath(unescapeOctal(device));
    if (place !== undefined && number?.major === major && number.minor === minor) places.push(unescapeOctal(place));
  }
  return places;
}

/** The kernel writes blanks in paths as `\040`. */
export function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
