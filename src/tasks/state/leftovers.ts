import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {codeOf} from '../../errors.js';
import {readStateFile, removeStateFile, replaceStateFile} from '../../state-file.js';
import {openStateFolder, requireOwnFolder, StateDirError} from '../../state-folder.js';
import type {GateWait} from '../../write-gate.js';
import type {Leftover} from './leftover.js';
import {formatLeftovers, parseLeftovers, parseOwner} from './leftovers-text.js';
import type {TaskOwner} from './task-id.js';

/** In the state folder. */
export const LEFTOVERS_FOLDER = 'temporary';

const SUFFIX = '.json';

interface OpenOptions extends GateWait {
  /** Written with the records; without it, what the file has stays there. */
  readonly owner?: TaskOwner;
}

/**
 * What an interrupted run of a task may have left behind, written down before it is made: one JSON file per task in
 * the state folder, for the holder of the task's lock alone. Only what stands here is ever cleaned, so nobody else's
 * file or volume can be taken for ours.
 */
export class Leftovers {
  readonly #file: string;
  readonly #wait: GateWait;
  #owner: TaskOwner | undefined;
  #records: readonly Leftover[] = [];

  private constructor(file: string, {owner, ...wait}: OpenOptions = {}) {
    this.#file = file;
    this.#owner = owner;
    this.#wait = wait;
  }

  /**
   * `wait` is for when other tasks keep us from writing. Its signal ends that only before something is made: what has to
   * be cleaned up is noted, and noted no more, also by a run that was told to stop.
   *
   * @throws StateDirError
   */
  static async open(stateDir: string, taskId: string, options: OpenOptions = {}): Promise<Leftovers> {
    const folder = await openStateFolder(stateDir, LEFTOVERS_FOLDER, options);
    const leftovers = new Leftovers(join(folder, `${taskId}${SUFFIX}`), options);
    await leftovers.#read();
    return leftovers;
  }

  /**
   * What is noted for a task, for somebody who does not hold its lock; makes nothing.
   *
   * @throws StateDirError
   */
  static async peek(stateDir: string, taskId: string): Promise<readonly Leftover[]> {
    return (await Leftovers.look(stateDir, taskId)).list();
  }

  /** The same, with whose it is. */
  static async look(stateDir: string, taskId: string): Promise<Pick<Leftovers, 'list' | 'owner'>> {
    const leftovers = new Leftovers(join(stateDir, LEFTOVERS_FOLDER, `${taskId}${SUFFIX}`));
    if (await isThere(stateDir)) await leftovers.#read();
    return leftovers;
  }

  /**
   * The ids of all tasks of which anything is noted, be they of this configuration or not; makes nothing.
   *
   * @throws StateDirError
   */
  static async taskIds(stateDir: string): Promise<string[]> {
    if (!(await isThere(stateDir))) return [];
    const folder = join(stateDir, LEFTOVERS_FOLDER);
    try {
      const names = await readdir(folder);
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .toSorted();
    } catch (error) {
      throw StateDirError.from(`cannot use the state folder ${folder}`, error);
    }
  }

  /** Undefined where nobody has told. */
  get owner(): TaskOwner | undefined {
    return this.#owner;
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

  async #read(): Promise<void> {
    try {
      const text = await readStateFile(this.#file);
      this.#owner ??= parseOwner(text);
      this.#records = parseLeftovers(text, this.#file);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw StateDirError.from(`cannot use the state file ${this.#file}`, error);
    }
  }

  async #write(records: readonly Leftover[], wait: GateWait): Promise<void> {
    try {
      if (records.length === 0) {
        await removeStateFile(this.#file, wait);
      } else {
        await replaceStateFile(this.#file, formatLeftovers(records, this.#owner), wait);
      }
    } catch (error) {
      throw StateDirError.from(`cannot use the state file ${this.#file}`, error);
    }
    this.#records = records;
  }
}

async function isThere(stateDir: string): Promise<boolean> {
  try {
    await requireOwnFolder(stateDir, LEFTOVERS_FOLDER);
    return true;
  } catch (error) {
    if (error instanceof StateDirError && codeOf(error.cause) === 'ENOENT') return false;
    throw error;
  }
}
