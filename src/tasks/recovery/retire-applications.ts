import type {TaskPlan} from '../plan.js';
import type {Leftovers} from '../state/leftovers.js';
import {isGivenUp} from './is-given-up.js';
import {noteIncompleteTarget} from './note-incomplete-target.js';
import {isForTarget} from './settle-application.js';

/**
 * To be called before the target is compared anew and written: what could not be finished before that must never be
 * finished, nor undone, over what is written now.
 *
 * @throws StateDirError
 */
export async function retireApplications(plan: TaskPlan, leftovers: Leftovers): Promise<void> {
  for (const record of leftovers.list()) {
    if (record.kind !== 'application' || isGivenUp(record) || !isForTarget(plan, record)) continue;
    await noteIncompleteTarget(leftovers, record);
    await leftovers.replace(record, {...record, isObsolete: true});
  }
}
