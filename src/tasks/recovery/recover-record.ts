import {formatLocalTime} from '../../local-time.js';
import type {HostPool} from '../ends/host-pool.js';
import type {TaskPlan} from '../plan.js';
import type {SealedOutcome} from '../programs/sealed-applier.js';
import type {ApplicationRecord, IncompleteCause, IncompleteRecord} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import type {RecoveredApplication, RecoveryOutcome} from './recovery-report.js';
import {settleApplication} from './settle-application.js';
import {RUN_AGAIN_HINT} from './unfinished-work.js';

export interface RecordSurroundings {
  /** Undefined for a task that the configuration does not have any more. */
  readonly plan: TaskPlan | undefined;
  readonly pool: HostPool;
  /** Undo instead of finishing. */
  readonly rollback: boolean;
  readonly signal: AbortSignal;
  readonly leftovers: Leftovers;
  readonly onWarning: (text: string) => void;
}

/**
 * Does for one record what `recover` can do for it, and says what became of it.
 *
 * @throws What `settleApplication` throws.
 */
export async function recoverRecord(
  record: ApplicationRecord | IncompleteRecord,
  {plan, pool, rollback, signal, leftovers, onWarning}: RecordSurroundings,
): Promise<RecoveryOutcome> {
  if (record.kind === 'incomplete') return incomplete(record, record.cause ? CAUSES[record.cause] : ANY_CAUSE);
  const mode = rollback ? 'rollback' : 'recover';
  const settled = await settleApplication({host: pool.host(record), record, plan, leftovers, mode, signal});
  if (settled.stays !== undefined) onWarning(settled.stays);
  if (settled.kind === 'gone') return incomplete(record, GONE);
  if (settled.kind === 'discarded') return {...incomplete(record, DISCARDED), errorLines: settled.why.errorLines};
  return {...NOTHING_WRONG, state: stateOf(settled.kind)};
}

const CAUSES: Readonly<Record<IncompleteCause, string>> = {
  'in-place': 'it was written in place, which can be neither finished nor undone',
  unsealed: 'its patch had no seal, without which it can be neither finished nor undone',
  lost: 'what was stored for it could be neither finished nor undone',
};
/** Of an earlier version. */
const ANY_CAUSE = 'nothing is stored that could finish or undo it';
const GONE = 'somebody has removed patch and journal, without which it can be neither finished nor undone';
const DISCARDED = 'its patch is of no use any more, and there is no journal to tell whether it was written in part';

function incomplete({since}: ApplicationRecord | IncompleteRecord, why: string) {
  const message = `it may be incomplete since ${formatLocalTime(since)}: ${why}`;
  return {state: 'failed' as const, message, hint: RUN_AGAIN_HINT, errorLines: []};
}

const NOTHING_WRONG = {message: undefined, hint: undefined, errorLines: []};

function stateOf(kind: SealedOutcome['kind']): RecoveredApplication['state'] {
  switch (kind) {
    case 'applied':
    case 'recovered':
    case 'unchanged':
      return 'finished';
    case 'rolled-back':
      return 'undone';
    case 'untouched':
      return 'untouched';
    default:
      return kind satisfies never;
  }
}
