import {formatDuration} from '../../units.js';

/** `0:04:09`: hours, minutes and whole seconds. */
export function formatClock(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds / 1000) * 1000).replace(/\.\d+$/, '');
}

/** `0:04:09.2`: with tenths, for tables. */
export function formatTenths(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds / 100) * 100).replace(/(\.\d)\d+$/, '$1');
}

/** `42s`, `3min`, `5h 7min`, `12d 3h`: how long ago something was. */
export function formatAge(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${Math.floor(seconds)}s`;
  if (hours === 0) return `${minutes}min`;
  if (hours < 24) return `${hours}h ${minutes % 60}min`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}
