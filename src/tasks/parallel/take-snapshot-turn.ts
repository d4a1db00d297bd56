import type {TaskRun} from '../task-run.js';
import type {Claim} from './claim.js';

const SNAPSHOT: Claim = {key: 'snapshot', mode: 'exclusive'};

/**
 * Of the tasks that run at once, one at a time takes snapshots, with the hooks around them: two that read the same volume
 * do not meet at it, and what the one has stopped or frozen is not started again by the other.
 *
 * This turn comes last: who has it waits for no other one, and who waits for it has all devices that it needs. To ask
 * for both at once would let two wait for each other. `devices` are those that are needed for the snapshots alone.
 */
export async function takeSnapshotTurn(run: TaskRun, devices: readonly Claim[]): Promise<Disposable> {
  const reading = await run.takeTurn(devices, 'it writes what is read here');
  try {
    const taking = await run.takeTurn([SNAPSHOT], 'one at a time takes snapshots');
    return {
      [Symbol.dispose]() {
        taking[Symbol.dispose]();
        reading[Symbol.dispose]();
      },
    };
  } catch (error) {
    reading[Symbol.dispose]();
    throw error;
  }
}
