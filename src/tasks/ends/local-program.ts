import {checkDiffOptions} from '../../bdsync/compare/check-diff-options.js';
import {planWithBuiltIn, type TaskPlan} from '../plan.js';
import type {HostPool} from './host-pool.js';

/**
 * Looks at the program that local_bdsync_bin names. The built-in engine takes the place of one that is ours: it is the
 * same engine, and the conversation then needs no relay.
 *
 * @throws TaskError 'no-bdsync'; BdsyncError for options that the built-in engine cannot obey.
 */
export async function settleClient(plan: TaskPlan, pool: HostPool, signal: AbortSignal): Promise<TaskPlan> {
  if (plan.client.kind === 'built-in') return plan;
  const program = await pool.localProgram(plan.client.program, signal);
  if (program.kind !== 'ours') return plan;
  // Those of another program were taken as they are: it has limits of its own.
  checkDiffOptions(plan.client.options);
  return planWithBuiltIn(plan);
}
