import {ExpectedError, ProgramError} from '../../errors.js';
import type {LogLevel} from '../../log.js';
import {formatLocalTime} from '../../local-time.js';
import type {Configuration} from '../config/configuration.js';
import {HostPool} from '../ends/host-pool.js';
import {MetricsWriter} from '../metrics/metrics-writer.js';
import {planTask, type TaskPlan} from '../plan.js';
import type {SealedOutcome} from '../programs/sealed-applier.js';
import {selectTasks} from '../select.js';
import {expandTasks} from '../sets/expand-tasks.js';
import type {ApplicationRecord, IncompleteCause, IncompleteRecord, Leftover} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {removeLeftovers} from '../state/remove-leftovers.js';
import {lockTask} from '../state/run-lock.js';
import {configOrigin, taskId} from '../state/task-id.js';
import {findGoneTasks, type GoneTask} from './find-gone-tasks.js';
import {abandonedHint} from './gone-findings.js';
import {inheritRecords} from './inherit-records.js';
import {type HasTarget, hasHeir, heirs, inheritedRecords, withoutHeirs} from './inherited-records.js';
import {type RecoveringTask, RecoveryRecord} from './recovery-record.js';
import {UNKNOWN_NOTE_HINT, unknownNoteText} from '../state/unknown-note-text.js';
import type {RecoveredApplication, RecoveryReport} from './recovery-report.js';
import {settleApplication} from './settle-application.js';
import {filesOfUnknown} from './unknown-notes.js';
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
 * its target is no less incomplete. Where all tasks are meant, so do those that the configuration does not have any more.
 *
 * @throws TaskError 'unknown-task'; the reason of `signal` when it aborts.
 */
export async function recoverTasks({configuration, names, rollback, signal}: RecoverRequest): Promise<RecoveryReport> {
  const pool = new HostPool();
  const origin = await configOrigin(configuration.file);
  const applications: RecoveredApplication[] = [];
  const warnings: string[] = [];
  const expanded = await expandTasks({tasks: selectTasks(configuration, names), signal});
  const {tasks: configured} = configuration;
  const isAll = names.length === 0;
  const gone = await findGoneTasks({configured, expanded: isAll ? expanded : undefined, origin});
  const targets = heirs(configured, expanded);
  const removed: string[] = [];
  const common = {origin, pool, gone, targets, rollback, signal, onRemoved: (what: string) => void removed.push(what)};
  for (const {task} of expanded) {
    if (task.state !== 'valid') continue;
    const plan = planTask(task.config);
    const onWarning = (text: string): void => void warnings.push(`${plan.task}: ${text}`);
    applications.push(...(await recoverTask({...plan, plan}, {...common, onWarning})));
  }
  // What others have taken over is theirs by now.
  for (const each of isAll ? withoutHeirs(gone, targets) : []) {
    const {task, stateDir} = each;
    const onWarning = (text: string): void => void warnings.push(`${task}: ${text}`);
    applications.push(...(await recoverTask({task, stateDir, plan: undefined}, {...common, onWarning})));
  }
  const trouble =
    applications.length === 0 ? undefined : await new MetricsWriter({configured: configuration.tasks, origin}).write();
  if (trouble !== undefined) warnings.push(trouble);
  return {configFile: configuration.file, rollback, applications, removed, warnings};
}

interface Surroundings extends Pick<RecoverRequest, 'rollback' | 'signal'> {
  readonly origin: string;
  readonly pool: HostPool;
  /** Tasks that the configuration does not have any more, and all that it has. */
  readonly gone: readonly GoneTask[];
  readonly targets: readonly HasTarget[];
  readonly onRemoved: (what: string) => void;
  readonly onWarning: (text: string) => void;
}

/** Of one that is gone from the configuration, there is no plan. */
interface Subject extends RecoveringTask {
  readonly plan: TaskPlan | undefined;
}

async function recoverTask(subject: Subject, surroundings: Surroundings): Promise<readonly RecoveredApplication[]> {
  const {origin, pool, signal, onWarning} = surroundings;
  const record = new RecoveryRecord(subject, origin);
  try {
    await recoverUnderLock(subject, surroundings, record);
  } catch (error) {
    if (signal.aborted || !(error instanceof ExpectedError)) {
      await record.breakOff(error, signal);
      throw error;
    }
    record.applications.push({...placeOf(subject.task, undefined, pool), ...failure(error, signal)});
  }
  const {applications} = record;
  const trouble = applications.length === 0 ? undefined : await record.end();
  if (trouble !== undefined) onWarning(trouble);
  return applications;
}

async function recoverUnderLock(subject: Subject, surroundings: Surroundings, record: RecoveryRecord): Promise<void> {
  const {origin, pool, gone, targets, signal} = surroundings;
  const {task, stateDir, plan} = subject;
  const id = taskId(task, origin);
  const known = await Leftovers.peek(stateDir, id);
  if (plan !== undefined && !known.some(isToBeTold) && inheritedRecords(plan, gone).length === 0) return;
  await using lock = await lockTask({stateDir, taskId: id, task, wait: false, signal});
  void lock;
  const leftovers = await Leftovers.open(stateDir, id, {owner: {task, origin}});
  if (plan !== undefined) await inheritRecords({plan, gone, leftovers, log: () => {}, signal});
  const ofOthers = plan === undefined ? targets : [];
  const unfinished = leftovers
    .list()
    .filter(isUnfinished)
    .filter((each) => !hasHeir(each, ofOthers));
  const unknown = plan === undefined ? [] : filesOfUnknown(leftovers.list());
  if (unfinished.length + unknown.length > 0) await record.begin();
  for (const file of unknown) {
    const message = `${unknownNoteText(file)}; the target may be incomplete`;
    const told = {state: 'failed', message, hint: UNKNOWN_NOTE_HINT, errorLines: []} as const;
    record.applications.push({...placeOf(task, undefined, pool), ...told});
  }
  // One that cannot be reached keeps no other from being finished.
  for (const work of unfinished) {
    const place = placeOf(task, work, pool);
    try {
      const told = await settle(plan, work, {...surroundings, leftovers});
      const hint =
        plan === undefined && told.hint === RUN_AGAIN_HINT ? abandonedHint({stateDir, taskId: id}) : told.hint;
      record.applications.push({...place, ...told, hint});
    } catch (error) {
      record.applications.push({...place, ...failure(error, signal)});
    }
  }
  if (plan === undefined) await removeRest(subject, {...surroundings, leftovers}, record);
}

/** What the next run of a task would remove, where none comes. */
async function removeRest(
  {task}: Subject,
  {pool, signal, leftovers, onRemoved, onWarning}: Surroundings & {readonly leftovers: Leftovers},
  record: RecoveryRecord,
): Promise<void> {
  const troubles: string[] = [];
  const log = (level: LogLevel, text: string): void => {
    if (level === 'info') onRemoved(`${task}: ${text}`);
    else troubles.push(text);
  };
  await removeLeftovers({leftovers, pool, teller: {log}, signal});
  if (leftovers.list().every(isUnfinished)) {
    troubles.forEach(onWarning);
    return;
  }
  const told = {state: 'failed' as const, message: troubles.join('; '), hint: undefined, errorLines: []};
  record.applications.push({...placeOf(task, undefined, pool), ...told});
}

function isToBeTold(leftover: Leftover): boolean {
  return isUnfinished(leftover) || leftover.kind === 'unknown';
}

type Told = Omit<RecoveredApplication, keyof ReturnType<typeof placeOf>>;

async function settle(
  plan: TaskPlan | undefined,
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
