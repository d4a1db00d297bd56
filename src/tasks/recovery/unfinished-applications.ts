import {connectionName} from '../../hosts/connection-name.js';
import {StateDirError} from '../../state-folder.js';
import type {TaskPlan} from '../plan.js';
import {Leftovers} from '../state/leftovers.js';
import {taskId} from '../state/task-id.js';

/** A sentence for each application that an interrupted run of the task began, without a look at any host. */
export async function unfinishedApplications(plan: TaskPlan, origin: string): Promise<string[]> {
  try {
    const records = await Leftovers.peek(plan.stateDir, taskId(plan.task, origin));
    return records
      .filter((record) => record.kind === 'application')
      .map(({connection, targetPath, since}) => {
        const host = connection.length === 0 ? 'this machine' : connectionName(connection);
        return `${targetPath} on ${host} is incomplete since ${since}, unless a run is writing it now`;
      });
  } catch (error) {
    // Whoever needs the folder tells what is wrong with it.
    if (error instanceof StateDirError) return [];
    throw error;
  }
}
