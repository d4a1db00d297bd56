import type {Lvm} from '../../lvm/lvm.js';
import {poolFill} from '../../lvm/pool-fill.js';
import type {Snapshot} from '../../lvm/snapshot.js';
import type {Teller} from '../task-context.js';

const NEARLY_FULL_PERCENT = 90;

/** Notes that the pool of a thin snapshot is nearly full, once; that nobody can tell is no reason to fail. */
export async function notePoolFill(
  lvm: Lvm,
  {vg, pool}: Pick<Snapshot, 'vg' | 'pool'>,
  teller: Pick<Teller, 'note' | 'notes'>,
  signal: AbortSignal,
): Promise<void> {
  if (pool === undefined) return;
  const fullName = `${vg}/${pool}`;
  const subject = `the thin pool ${fullName} is nearly full`;
  if (teller.notes.some((note) => note.startsWith(subject))) return;
  try {
    const {dataPercent, metadataPercent} = await poolFill(lvm, fullName, signal);
    if (Math.max(dataPercent, metadataPercent) < NEARLY_FULL_PERCENT) return;
    teller.note(`${subject}: ${dataPercent}% of its data and ${metadataPercent}% of its metadata`);
  } catch {
    // The snapshot itself is what must be looked at, and is.
  }
}
