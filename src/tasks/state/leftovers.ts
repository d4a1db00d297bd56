import {join} from 'node:path';
import {codeOf} from '../../errors.js';
import {readStateFile, removeStateFile, replaceStateFile} from '../../state-file.js';
import {openStateFolder, requireOwnFolder, StateDirError} from '../../state-folder.js';
import type {GateWait} from '../../write-gate.js';
import type {Leftover} from './leftover.js';
import {formatLeftovers, parseLeftovers} from './leftovers-text.js';

/** In the state folder. */
export const LEFTOVERS_FOLDER = 'temporary';

/**
 * What an interrupted run of a task may have left behind, written down before it is made: one JSON file per task in
 * the state folder, for the holder of the task's lock alone. Only what stands here is ever cleaned, so nobody else's
 * file or volume can be taken for ours.
 */
export class Leftovers {
  readonly #file: string;
  readonly #wait: GateWait;
  #records: readonly Leftover[] = [];

  private constructor(file: string, wait: GateWait = {}) {
    this.#file = file;
    this.#wait = wait;
  }

  /**
   * `wait` is for when other tasks keep us from writing. Its signal ends that only before something is made: what has to
   * be cleaned up is noted, and noted no more, also by a run that was told to stop.
   *
   * @throws StateDirError
   */
  static async open(stateDir: string, taskId: string, wait: GateWait = {}): Promise<Leftovers> {
    const leftovers = new Leftovers(
      join(await openStateFolder(stateDir, LEFTOVERS_FOLDER, wait), `${taskId}.json`),
      wait,
    );
    leftovers.#records = await leftovers.#read();
    return leftovers;
  }

  /**
   * What is noted for a task, for somebody who does not hold its lock; makes nothing.
   *
   * @throws StateDirError
   */
  static async peek(stateDir: string, taskId: string): Promise<readonly Leftover[]> {
    try {
      await requireOwnFolder(stateDir, LEFTOVERS_FOLDER);
    } catch (error) {
      if (error instanceof StateDirError && codeOf(error.cause) === 'ENOENT') return [];
      throw error;
    }
    return await new Leftovers(join(stateDir, LEFTOVERS_FOLDER, `${taskId}.json`)).#read();
  }

  list(): readonly Leftover[] {
    return this.#records;
  }

  /**
   * Survives a power cut before it returns.
   *
   * @throws StateDirError, also where the signal of `open` ended a wait.
   */
  async add(record: Leftover): Promise<void> {
    await this.#write([...this.#records, record], this.#wait);
  }

  /**
   * Survives a power cut before it returns, as the record that it takes the place of did.
   *
   * @throws StateDirError
   */
  async replace<Kind extends Leftover>(record: Kind, fresh: Kind): Promise<void> {
    await this.#write(
      this.#records.map((other) => (other === record ? fresh : other)),
      {pause: this.#wait.pause},
    );
  }

  /** @throws StateDirError */
  async drop(record: Leftover): Promise<void> {
    await this.#write(
      this.#records.filter((other) => other !== record),
      {pause: this.#wait.pause},
    );
  }

  async #read(): Promise<Leftover[]> {
    try {
      return parseLeftovers(await readStateFile(this.#file), this.#file);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw StateDirError.from(`cannot use the state file ${this.#file}`, error);
    }
  }

  async #write(records: readonly Leftover[], wait: GateWait): Promise<void> {
    try {
      if (records.length === 0) {
        await removeStateFile(this.#file, wait);
      } else {
        await replaceStateFile(this.#file, formatLeftovers(records), wait);
      }
    } catch (error) {
      throw StateDirError.from(`cannot use the state file ${this.#file}`, error);
    }
    this.#records = records;
  }
}
