import type {ParallelLimits} from './next-to-start.js';

/**
 * Whether tasks are run side by side. That is what was asked for, however many there turn out to be: then no connection
 * has the terminal, on which the progress of several is drawn.
 */
export function isParallel(limits: ParallelLimits | undefined): limits is ParallelLimits {
  return limits !== undefined && limits.jobs > 1;
}
