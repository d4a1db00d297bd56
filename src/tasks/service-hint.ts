import {codeOf} from '../errors.js';

export interface RefusedBy {
  /** As systemd sets it for its services. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The target is on this machine: what refuses to write it may be the service. */
  readonly isTargetHere: boolean;
}

/** Set by the units of `install systemd` that are confined to what their tasks need: by no others, which nothing would help. */
export const CONFINED_MARK = 'BDSYNC_MANAGER_CONFINED';

const HINT =
  "the run's service of systemd reaches only what the tasks needed when it was installed: after a change, run " +
  'bdsync-manager install systemd again';

/**
 * What to do about a failure that the sandbox of a service can bring about, when tasks got other paths after it was
 * made. Undefined for other failures, and outside of such a service.
 */
export function serviceHint(error: unknown, {isTargetHere, env = process.env}: RefusedBy): string | undefined {
  if (env[CONFINED_MARK] === undefined) return undefined;
  return isRefused(error) || (isTargetHere && isRefusedTarget(error)) ? HINT : undefined;
}

const REFUSALS: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/** By the operating system, of this machine. */
function isRefused(error: unknown): boolean {
  if (REFUSALS.includes(codeOf(error) ?? '')) return true;
  return error instanceof Error && error.cause !== undefined && isRefused(error.cause);
}

/** By what a program found out at the target's host, wherever that is. */
function isRefusedTarget(error: unknown): boolean {
  return codeOf(error) === 'permission';
}
