import type {StatusLevel} from './status-report.js';

/** More is worse; what is not known may be worse than a warning. */
const GRAVITY: readonly StatusLevel[] = ['ok', 'warning', 'unknown', 'critical'];

export function gravest(levels: readonly StatusLevel[]): StatusLevel {
  return GRAVITY.findLast((level) => levels.includes(level)) ?? 'ok';
}

export function gravity(level: StatusLevel): number {
  return GRAVITY.indexOf(level);
}
