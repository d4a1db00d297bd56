import {type ConsistentSource, openTogether, type SnapshotSourceRequest} from '../ends/snapshot.js';
import {withSnapshotHooks} from '../ends/snapshot-hooks.js';
import type {SnapshotSet} from '../report.js';
import type {TaskError} from '../task-error.js';

export interface OpenedSet extends Pick<SnapshotSet, 'spanMs' | 'hadBeforeHook'> {
  /** One outcome a request, in their order. */
  readonly outcomes: readonly PromiseSettledResult<ConsistentSource>[];
}

/**
 * Takes the snapshots of a section back to back, its hooks once around all of them. What the first task has noted is
 * where the next run finds that a hook is still owed. A failure of the second hook is that of the first task that has a
 * snapshot, and a note for the others.
 */
export async function openSet(section: string, requests: readonly SnapshotSourceRequest[]): Promise<OpenedSet> {
  const [first] = requests;
  if (first === undefined) return {outcomes: [], spanMs: 0, hadBeforeHook: false};
  const {hooks} = first.snapshot;
  let afterFailure: TaskError | undefined;
  const {outcomes, spanMs} = await openTogether(requests, {
    around: async (create) => {
      const sourcePath = requests.map((request) => request.sourcePath).join(' ');
      const snapshotName = requests.map(({snapshot}) => snapshot.name).join(' ');
      afterFailure = await withSnapshotHooks(hooks, {...first, task: section, sourcePath, snapshotName}, create);
    },
  });
  return {outcomes: tellOnce(afterFailure, outcomes, requests), spanMs, hadBeforeHook: hooks?.before !== undefined};
}

function tellOnce(
  afterFailure: TaskError | undefined,
  outcomes: readonly PromiseSettledResult<ConsistentSource>[],
  requests: readonly SnapshotSourceRequest[],
): PromiseSettledResult<ConsistentSource>[] {
  const teller = outcomes.findIndex(({status}) => status === 'fulfilled');
  return outcomes.map((outcome, index) => {
    if (afterFailure === undefined || outcome.status === 'rejected') return outcome;
    if (index === teller) return {...outcome, value: {...outcome.value, afterFailure}};
    requests[index]?.teller.note(afterFailure.message);
    return outcome;
  });
}
