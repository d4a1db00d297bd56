import {setTimeout as sleep} from 'node:timers/promises';
import {armDeadMansSwitch, type DeadMansSwitch} from '../../hosts/dead-mans-switch.js';
import type {SnapshotHooks} from '../config/task-config.js';
import {type Hook, type HookOutcome, runHook} from '../programs/run-hook.js';
import {tellHookOutput} from '../programs/tell-hook-output.js';
import type {AfterSnapshotRecord} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import type {Teller} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {OWN_WRITES} from '../../write-gate.js';

/** For which snapshots the hooks run, as their environment tells it, and who is to know what came of them. */
export interface HookContext {
  readonly task: string;
  readonly sourcePath: string;
  readonly snapshotName: string;
  readonly leftovers: Leftovers;
  readonly teller: Pick<Teller, 'log' | 'quiet'>;
  readonly signal: AbortSignal;
}

/**
 * Takes snapshots, however many, between the two hooks. Meanwhile file systems may be frozen, also those of our state
 * folder and of our log: `take` must write to no file, log nothing, and do nothing that can be done before or later.
 *
 * The second hook runs whenever the first was started: after a failure and after an abort, by another process when this
 * one dies, and before `take` is over when that lasts longer than a hook may.
 *
 * What is returned is the failure of the second hook. The snapshots are good all the same: the run goes on, and ends
 * with that failure when all else went well.
 *
 * @throws TaskError 'snapshot-hook' when the first hook failed, and then `take` was not called, or when the second had
 *   to run too early; what `take` throws. Whoever took something removes it then.
 */
export async function withSnapshotHooks(
  hooks: SnapshotHooks | undefined,
  context: HookContext,
  take: () => Promise<void>,
): Promise<TaskError | undefined> {
  const {teller, signal} = context;
  if (hooks === undefined) {
    await take();
    return undefined;
  }
  const after = hooks.after && hookOf('after_snapshot', hooks.after, hooks, context);
  const debt = after && (await Debt.incur(after, context));
  const before = hooks.before && hookOf('before_snapshot', hooks.before, hooks, context);
  // What other tasks of this run write to files of ours waits, so that nobody is held up who has to end the frost.
  using calm = await OWN_WRITES.shut();
  teller.quiet(true);
  const first = before && (await runHook(before, {signal, onStart: (pid) => debt?.guard(pid) ?? Promise.resolve()}));
  await debt?.guard(undefined);
  let taking: Promise<void> | undefined;
  let isOverdue = false;
  if (first?.failure === undefined) {
    taking = take();
    isOverdue = after !== undefined && (await lastsLonger(taking, after.timeoutMs));
  }
  // Without the signal: nothing may keep it from its work.
  const second = after && first?.state !== 'not-started' ? await runHook(after) : undefined;
  // Where no more processes can be made, the one that waits for our end still can become the hook.
  if (after && second?.state === 'not-started') await debt?.payByOther(after);
  // From here on, whatever was frozen can be written again.
  teller.quiet(false);
  calm[Symbol.dispose]();
  await debt?.settle(second);
  if (first && first.failure === undefined) tellHookOutput(first, teller, 'error');
  if (second) tellHookOutput(second, teller, 'error');
  if (taking === undefined) throw first?.failure ?? new Error('nothing kept the snapshot from being taken');
  await taking;
  if (isOverdue && after) throw tooLate(after);
  return second?.failure;
}

/**
 * Runs the second hook for a run that could not, because it was killed.
 *
 * @throws TaskError 'snapshot-hook' when it could not be run to its end.
 */
export async function payDebt(
  {task, sourcePath, snapshotName}: AfterSnapshotRecord,
  hooks: SnapshotHooks | undefined,
  teller: Pick<Teller, 'log'>,
): Promise<void> {
  if (hooks?.after === undefined) {
    teller.log('warning', 'an interrupted run could not run its after_snapshot, which is not configured any more');
    return;
  }
  const outcome = await runHook(hookOf('after_snapshot', hooks.after, hooks, {task, sourcePath, snapshotName}));
  if (outcome.state !== 'ended' && outcome.failure) throw outcome.failure;
  teller.log('info', 'ran after_snapshot, as an interrupted run may not have done');
  tellHookOutput(outcome, teller, 'warning');
}

/** The second hook is owed: noted for the next run of the task, and for who waits for this process to die. */
class Debt {
  readonly #record: AfterSnapshotRecord;
  readonly #leftovers: Leftovers;
  readonly #switch: DeadMansSwitch;

  private constructor(record: AfterSnapshotRecord, leftovers: Leftovers, deadMansSwitch: DeadMansSwitch) {
    this.#record = record;
    this.#leftovers = leftovers;
    this.#switch = deadMansSwitch;
  }

  static async incur(hook: Hook, {leftovers, task, sourcePath, snapshotName}: HookContext): Promise<Debt> {
    const record: AfterSnapshotRecord = {kind: 'after-snapshot', task, sourcePath, snapshotName};
    await leftovers.add(record);
    try {
      return new Debt(record, leftovers, await armDeadMansSwitch(hook.command, hook.environment));
    } catch (error) {
      await leftovers.drop(record);
      throw error;
    }
  }

  /** The first hook's process group, while it runs. */
  async guard(groupId: number | undefined): Promise<void> {
    await this.#switch.guard(groupId);
  }

  /** Has the hook run by the process that waits for this one to die. It stays owed: how it ends is not known. */
  async payByOther({timeoutMs}: Hook): Promise<void> {
    await this.#switch.fire(timeoutMs);
  }

  /** Undefined: there was nothing to do. What did not run to its end is tried once more by the next run. */
  async settle(outcome: HookOutcome | undefined): Promise<void> {
    await this.#switch.disarm();
    if (outcome === undefined || outcome.state === 'ended') await this.#leftovers.drop(this.#record);
  }
}

function hookOf(
  key: 'before_snapshot' | 'after_snapshot',
  command: readonly string[],
  {timeoutMs}: SnapshotHooks,
  {task, sourcePath, snapshotName}: Pick<HookContext, 'task' | 'sourcePath' | 'snapshotName'>,
): Hook {
  const environment = {
    BDSYNC_TASK: task,
    BDSYNC_SOURCE: sourcePath,
    BDSYNC_SNAPSHOT: snapshotName,
    BDSYNC_STAGE: key === 'before_snapshot' ? 'before' : 'after',
  };
  return {kind: 'snapshot-hook', key, command, environment, timeoutMs};
}

/** Whether it is still not over after that time; 0 is never. Its failure is not told here. */
async function lastsLonger(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const over = new AbortController();
  const ended = work.then(
    () => false,
    () => false,
  );
  if (timeoutMs === 0) return await ended;
  const late = sleep(timeoutMs, true, {signal: over.signal}).catch(() => true);
  const isLate = await Promise.race([ended, late]);
  over.abort();
  return isLate;
}

function tooLate({timeoutMs}: Hook): TaskError {
  return new TaskError(
    'snapshot-hook',
    `after_snapshot had to run before the snapshot was there: taking it lasted longer than ${timeoutMs / 1000} s`,
    {
      hint:
        'lvcreate waits for ever where before_snapshot froze a file system that LVM writes to (/etc/lvm, /run); ' +
        'if it is only slow: raise snapshot_hook_timeout',
    },
  );
}
