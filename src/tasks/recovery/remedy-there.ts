import {ExpectedError} from '../../errors.js';
import type {HostPool} from '../ends/host-pool.js';
import type {TaskPlan} from '../plan.js';
import {NO_SEALS_HINT} from '../programs/sealed-applier.js';
import type {ApplicationRecord} from '../state/leftover.js';
import {lookAtFiles} from './look-at-files.js';
import {isForTarget} from './settle-application.js';
import {RUN_AGAIN_HINT} from './unfinished-work.js';

interface Surroundings {
  readonly plan: TaskPlan;
  readonly pool: Pick<HostPool, 'host' | 'farEnd'>;
  readonly signal: AbortSignal;
}

/**
 * What the next run can do about an application, and what somebody else: by what there is of it on its host, and by the
 * program there that would finish it.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function remedyThere(record: ApplicationRecord, {plan, pool, signal}: Surroundings): Promise<string> {
  try {
    // Asked first: of a host that could not be reached it knows that, and does not try again.
    const knowsSeals = !isForTarget(plan, record) || (await pool.farEnd(plan, signal)).kind === 'ours';
    const {trouble, hasPatch, hasJournal} = await lookAtFiles(pool.host(record), record, signal);
    if (trouble !== undefined) {
      return `its patch cannot be looked for (${trouble}): where the next run can, it finishes that first; else it compares anew`;
    }
    if (!hasPatch) return `${hasJournal ? 'its patch is' : 'patch and journal are'} gone; ${RUN_AGAIN_HINT}`;
    if (knowsSeals && !hasJournal) return NO_JOURNAL_HINT;
    return knowsSeals ? FINISH_HINT : `${NO_SEALS_HINT}; else the next run compares anew, and completes the target`;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExpectedError)) throw error;
    // Whoever needs that host tells what is wrong with it.
    return FINISH_HINT;
  }
}

const NO_JOURNAL_HINT =
  "it has no journal: the next run, or 'bdsync-manager recover', finishes it where the patch can still be applied; " +
  'else a run compares anew, and completes the target';

const FINISH_HINT =
  "the next run finishes it first; 'bdsync-manager recover' does so now, with --rollback it undoes it";
