import {formatDuration} from '../../units.js';

/** `0:04:09`: hours, minutes and whole seconds. */
export function formatClock(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds / 1000) * 1000).replace(/\.\d+$/, '');
}

/** `0:04:09.2`: with tenths, for tables. */
export function formatTenths(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds / 100) * 100).replace(/(\.\d)\d+$/, '$1');
}
