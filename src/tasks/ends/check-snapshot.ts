import {planSnapshot} from '../../lvm/find-origin.js';
import type {TaskPlan} from '../plan.js';
import {requireProgram} from '../programs/require-program.js';
import {type LvmAt, lvmOfThisMachine} from './snapshot.js';

/**
 * Finds out what would keep the snapshot of a task from being made while nothing has happened yet, and nothing is frozen.
 *
 * @throws TaskError 'snapshot-hook' for a command that cannot be started; whatever `checkLvm` throws.
 */
export async function checkSnapshot(
  plan: Pick<TaskPlan, 'snapshot' | 'sourcePath'>,
  signal: AbortSignal,
): Promise<void> {
  const {before, after} = plan.snapshot?.hooks ?? {};
  if (before) await requireProgram(before[0] ?? '', 'before_snapshot', 'snapshot-hook');
  if (after) await requireProgram(after[0] ?? '', 'after_snapshot', 'snapshot-hook');
  await checkLvm(plan, signal);
}

/** @throws LvmError for a source, a size or a name of which there can be no snapshot, and where LVM does not answer. */
export async function checkLvm(
  {snapshot, sourcePath}: Pick<TaskPlan, 'snapshot' | 'sourcePath'>,
  signal: AbortSignal,
  lvmAt: LvmAt = lvmOfThisMachine,
): Promise<void> {
  if (snapshot === undefined) return;
  const {programPath, name, size} = snapshot;
  await planSnapshot(lvmAt(programPath), {sourcePath, name, size}, signal);
}
