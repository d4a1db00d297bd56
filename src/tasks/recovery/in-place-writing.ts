import type {TargetLease} from '../ends/target-lease.js';
import type {TaskPlan} from '../plan.js';
import type {UnsealedWriting} from '../programs/patcher.js';
import type {IncompleteRecord} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import {isForTarget} from './settle-application.js';

/**
 * Keeps in mind that the target of a run is between old and new: here by a record, and on its host, where bdsync knows
 * marks, by one of those. Both stay when the run is interrupted, whatever ends it.
 */
export class InPlaceWriting implements UnsealedWriting {
  readonly patchOptions: readonly string[];
  readonly #plan: TaskPlan;
  readonly #leftovers: Leftovers;
  readonly #lease: TargetLease;

  constructor(plan: TaskPlan, leftovers: Leftovers, lease: TargetLease) {
    this.patchOptions = lease.patchOptions;
    this.#plan = plan;
    this.#leftovers = leftovers;
    this.#lease = lease;
  }

  /** An earlier run left the target between old and new, as far as is known. */
  get wasInterrupted(): boolean {
    return this.#lease.mark !== undefined || this.#records().length > 0;
  }

  /** To be called when the program that is to write keeps the target, too. @throws TaskError 'target-hold-lost' */
  async confirmHold(): Promise<void> {
    await this.#lease.confirm();
  }

  /**
   * To be called before anything is written. What an earlier run noted stays: that is since when it is incomplete.
   *
   * @throws StateDirError
   */
  async begin(): Promise<void> {
    if (this.#records().length > 0) return;
    const {connection, quoting, path: targetPath} = this.#plan.target;
    const cause = this.#plan.flow.kind === 'in-place' ? 'in-place' : 'unsealed';
    const since = new Date().toISOString();
    await this.#leftovers.add({kind: 'incomplete', connection, quoting, targetPath, since, cause});
  }

  /**
   * To be called when the target is complete, however it was written. What could not be finished keeps its note, which
   * then says that the target is whole.
   *
   * @throws StateDirError
   */
  async end(): Promise<void> {
    // The program that writes takes its own mark away. One that was there before it may have nothing to do with it.
    if (this.#lease.mark !== undefined) await this.#lease.clearMark();
    for (const record of this.#records()) await this.#leftovers.drop(record);
    const wholeSince = new Date().toISOString();
    for (const record of this.#leftovers.list()) {
      if (record.kind !== 'application' || !isForTarget(this.#plan, record)) continue;
      await this.#leftovers.replace(record, {...record, wholeSince: record.wholeSince ?? wholeSince});
    }
  }

  #records(): IncompleteRecord[] {
    return this.#leftovers
      .list()
      .filter((record) => record.kind === 'incomplete')
      .filter((record) => isForTarget(this.#plan, record));
  }
}
