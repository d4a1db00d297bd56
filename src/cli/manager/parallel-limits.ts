import type {ParallelLimits} from '../../tasks/parallel/next-to-start.js';
import {UsageError} from './usage-error.js';

export interface JobFlags {
  readonly jobs?: number | undefined;
  readonly jobsPerHost?: number | undefined;
}

/**
 * How much goes on at once. A host takes as many tasks as there are, unless it is said otherwise: most people have one
 * machine for their copies, and would else get less than they asked for.
 *
 * @throws UsageError
 */
export function parallelLimits({jobs, jobsPerHost}: JobFlags): ParallelLimits | undefined {
  if (jobs !== undefined) return {jobs, jobsPerHost: jobsPerHost ?? jobs};
  if (jobsPerHost === undefined) return undefined;
  throw new UsageError('--jobs-per-host means something only together with --jobs', 'add --jobs 4, say');
}
