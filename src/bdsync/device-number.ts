import type {BigIntStats} from 'node:fs';

/** `8:17`: how sysfs names a block device. */
export function deviceNumber(stats: Pick<BigIntStats, 'rdev'>): string {
  return formatDeviceNumber(stats.rdev);
}

/** `major:minor` of a dev_t; Linux keeps the low 8 bits of minor, then 12 of major, then the rest of each above. */
export function formatDeviceNumber(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xff_ff_ff_00n);
  return `${major}:${minor}`;
}
