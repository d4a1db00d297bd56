import type {ApplicationRecord} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';

/**
 * Notes that only a comparison can complete the target of an application that cannot be finished any more.
 *
 * @throws StateDirError
 */
export async function noteIncompleteTarget(
  leftovers: Leftovers,
  {connection, quoting, targetPath, since}: ApplicationRecord,
): Promise<void> {
  await leftovers.add({kind: 'incomplete', connection, quoting, targetPath, since, cause: 'lost'});
}
