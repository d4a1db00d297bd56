import {ExpectedError, ProgramError} from '../../errors.js';
import {formatLocalTime} from '../../local-time.js';
import type {Configuration} from '../config/configuration.js';
import {HostPool} from '../ends/host-pool.js';
import {MetricsWriter} from '../metrics/metrics-writer.js';
import {planTask, type TaskPlan} from '../plan.js';
import type {SealedOutcome} from '../programs/sealed-applier.js';
import {selectTasks} from '../select.js';
import {expandTasks} from '../sets/expand-tasks.js';
import type {ApplicationRecord, IncompleteCause, IncompleteRecord} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {lockTask} from '../state/run-lock.js';
import {configOrigin, taskId} from '../state/task-id.js';
import {RecoveryRecord} from './recovery-record.js';
import type {RecoveredApplication, RecoveryReport} from './recovery-report.js';
import {settleApplication} from './settle-application.js';
import {isUnfinished, RUN_AGAIN_HINT} from './unfinished-work.js';

export interface RecoverRequest {
  readonly configuration: Configuration;
  /** Empty: all tasks. */
  readonly names: readonly string[];
  /** Undo instead of finishing. */
  readonly rollback: boolean;
  readonly signal: AbortSignal;
}

/**
 * Finishes, or undoes, what interrupted runs began to apply, each under the lock of its task. A disabled task counts:
 * its target is no less incomplete.
 *
 * @throws TaskError 'unknown-task'; the reason of `signal` when it aborts.
 */
export async function recoverTasks({configuration, names, rollback, signal}: RecoverRequest): Promise<RecoveryReport> {
  const pool = new HostPool();
  const origin = await configOrigin(configuration.file);
  const applications: RecoveredApplication[] = [];
  const warnings: string[] = [];
  const expanded = await expandTasks({tasks: selectTasks(configuration, names), signal});
  for (const {task} of expanded) {
    if (task.state !== 'valid') continue;
    const plan = planTask(task.config);
    const onWarning = (text: string): void => void warnings.push(`${plan.task}: ${text}`);
    applications.push(...(await recoverTask(plan, {origin, pool, rollback, signal, onWarning})));
  }
  const trouble =
    applications.length === 0 ? undefined : await new MetricsWriter({configured: configuration.tasks, origin}).write();
  if (trouble !== undefined) warnings.push(trouble);
  return {configFile: configuration.file, rollback, applications, warnings};
}

interface Surroundings extends Pick<RecoverRequest, 'rollback' | 'signal'> {
  readonly origin: string;
  readonly pool: HostPool;
  readonly onWarning: (text: string) => void;
}

async function recoverTask(plan: TaskPlan, surroundings: Surroundings): Promise<readonly RecoveredApplication[]> {
  const {origin, pool, signal, onWarning} = surroundings;
  const record = new RecoveryRecord(plan, origin);
  try {
    await recoverUnderLock(plan, surroundings, record);
  } catch (error) {
    if (signal.aborted || !(error instanceof ExpectedError)) {
      await record.breakOff(error, signal);
      throw error;
    }
    record.applications.push({...placeOf(plan.task, undefined, pool), ...failure(error, signal)});
  }
  const {applications} = record;
  const trouble = applications.length === 0 ? undefined : await record.end();
  if (trouble !== undefined) onWarning(trouble);
  return applications;
}

async function recoverUnderLock(plan: TaskPlan, surroundings: Surroundings, record: RecoveryRecord): Promise<void> {
  const {origin, pool, signal} = surroundings;
  const {task, stateDir} = plan;
  const id = taskId(task, origin);
  if ((await Leftovers.peek(stateDir, id)).every((leftover) => !isUnfinished(leftover))) return;
  await using lock = await lockTask({stateDir, taskId: id, task, wait: false, signal});
  void lock;
  const leftovers = await Leftovers.open(stateDir, id);
  const unfinished = leftovers.list().filter(isUnfinished);
  if (unfinished.length > 0) await record.begin();
  // One that cannot be reached keeps no other from being finished.
  for (const work of unfinished) {
    const place = placeOf(task, work, pool);
    try {
      record.applications.push({...place, ...(await settle(plan, work, {...surroundings, leftovers}))});
    } catch (error) {
      record.applications.push({...place, ...failure(error, signal)});
    }
  }
}

type Told = Omit<RecoveredApplication, keyof ReturnType<typeof placeOf>>;

async function settle(
  plan: TaskPlan,
  record: ApplicationRecord | IncompleteRecord,
  {pool, rollback, signal, leftovers, onWarning}: Surroundings & {readonly leftovers: Leftovers},
): Promise<Told> {
  if (record.kind === 'incomplete') return incomplete(record, record.cause ? CAUSES[record.cause] : ANY_CAUSE);
  const mode = rollback ? 'rollback' : 'recover';
  const settled = await settleApplication({host: pool.host(record), record, plan, leftovers, mode, signal});
  if (settled.stays !== undefined) onWarning(settled.stays);
  if (settled.kind === 'gone') return incomplete(record, GONE);
  if (settled.kind === 'discarded') return {...incomplete(record, DISCARDED), errorLines: settled.why.errorLines};
  return {...NOTHING_WRONG, state: stateOf(settled.kind)};
}

function failure(error: unknown, signal: AbortSignal): Told {
  if (signal.aborted || !(error instanceof ExpectedError)) throw error;
  const {message, hint} = error;
  return {state: 'failed', message, hint, errorLines: error instanceof ProgramError ? error.errorLines : []};
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

function placeOf(task: string, record: ApplicationRecord | IncompleteRecord | undefined, pool: HostPool) {
  return {task, host: record && pool.host(record).name, target: record?.targetPath};
}

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
