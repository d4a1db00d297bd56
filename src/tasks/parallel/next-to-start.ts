import {type Claim, ClaimedKeys} from './claim.js';

/** Work that may have to wait for other work. */
export interface Contender {
  readonly claims: readonly Claim[];
  /** The target's host, of which each takes so much at once; undefined for work that reaches none. */
  readonly host: string | undefined;
}

/** More would be in each other's way, and each takes threads, memory, connections and open files. */
export const MAX_JOBS = 32;

export interface ParallelLimits {
  /** How much goes on at once, and how much of it on one host; at least 1. */
  readonly jobs: number;
  readonly jobsPerHost: number;
}

/**
 * The index of the first that may begin beside what is running; undefined when all have to wait. Work overtakes what
 * waits for a host, or for something that it does not need itself. It never overtakes what needs the same as it does: so
 * these keep their order, and nobody waits for ever. Where nothing is running, the first may always begin.
 */
export function nextToStart(
  waiting: readonly Contender[],
  running: readonly Contender[],
  {jobs, jobsPerHost}: ParallelLimits,
): number | undefined {
  if (running.length >= jobs) return undefined;
  const claimed = new ClaimedKeys();
  const busy = new Map<string, number>();
  for (const {claims, host} of running) {
    claimed.add(claims);
    if (host !== undefined) busy.set(host, (busy.get(host) ?? 0) + 1);
  }
  for (const [index, {claims, host}] of waiting.entries()) {
    const hasRoomThere = host === undefined || (busy.get(host) ?? 0) < jobsPerHost;
    if (hasRoomThere && claimed.leaveRoomFor(claims)) return index;
    claimed.add(claims);
  }
  return undefined;
}
