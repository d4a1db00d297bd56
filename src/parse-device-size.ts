/** The kernel's sectors are of 512 bytes, whatever the device's are. */
const SECTOR_BYTES = 512;

/** The bytes of what sysfs tells as the size of a block device; undefined for any other text. */
export function parseDeviceSize(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) * SECTOR_BYTES : undefined;
}
