import {ExpectedError, messageOf} from '../../errors.js';
import {type LvmAt, removeLeftSnapshot} from '../ends/snapshot.js';
import type {SnapshotRecord} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {lockTask} from '../state/run-lock.js';
import {TaskError} from '../task-error.js';
import {type Place, viewPlace} from './snapshot-places.js';

interface CleanRequest {
  readonly places: readonly Place[];
  readonly lvmAt: LvmAt;
  readonly signal: AbortSignal;
}

/**
 * Removes what the next run of each task would remove, under the lock of the task; a task that is running is passed
 * over. A record of what is not there any more goes, too. Tells the records with which that failed, and why.
 */
export async function cleanSnapshots({places, lvmAt, signal}: CleanRequest): Promise<Map<string, string>> {
  const troubles = new Map<string, string>();
  for (const place of places) {
    const {holder, records} = await viewPlace(place);
    if (holder !== undefined || records.length === 0) continue;
    try {
      await using lock = await lockTask({...place, wait: false, signal});
      void lock;
      await cleanPlace(place, lvmAt, signal, troubles);
    } catch (error) {
      if (signal.aborted || !(error instanceof ExpectedError)) throw error;
      if (error instanceof TaskError && error.code === 'task-locked') continue;
      for (const record of records) troubles.set(recordKey(record), error.message);
    }
  }
  return troubles;
}

/** The same for all that was read of one record. */
export function recordKey({tags}: SnapshotRecord): string {
  return tags.join(' ');
}

async function cleanPlace(
  {stateDir, taskId}: Place,
  lvmAt: LvmAt,
  signal: AbortSignal,
  troubles: Map<string, string>,
): Promise<void> {
  const leftovers = await Leftovers.open(stateDir, taskId);
  for (const record of leftovers.list()) {
    if (record.kind !== 'snapshot') continue;
    try {
      await removeLeftSnapshot(record, signal, lvmAt);
      await leftovers.drop(record);
    } catch (error) {
      if (signal.aborted) throw error;
      troubles.set(recordKey(record), messageOf(error));
    }
  }
}
