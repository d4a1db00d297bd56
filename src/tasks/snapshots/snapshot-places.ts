import {messageOf} from '../../errors.js';
import type {SnapshotOwner} from '../../lvm/tags.js';
import {StateDirError} from '../../state-folder.js';
import type {Configuration} from '../config/configuration.js';
import {stateDirsOf} from '../recovery/find-gone-tasks.js';
import type {SnapshotRecord} from '../state/leftover.js';
import {Leftovers} from '../state/leftovers.js';
import {findLockHolder} from '../state/run-lock.js';
import {COMMAND_LINE_ORIGIN, taskId} from '../state/task-id.js';

/** Where the lock of one task is, and the records of what its runs make. */
export interface Place {
  readonly task: string;
  readonly taskId: string;
  readonly stateDir: string;
}

/** What is seen at a place by somebody who does not hold the lock. */
export interface PlaceView {
  readonly place: Place;
  /** Who runs the task, as far as that is known; undefined when nobody does. */
  readonly holder: string | undefined;
  readonly records: readonly SnapshotRecord[];
  /** Why the place cannot be looked at. */
  readonly trouble: string | undefined;
}

/** Knows for each snapshot the places that may tell about it. */
export class SnapshotPlaces {
  readonly #configuration: Configuration;
  readonly #origin: string;
  /** All that runs of this configuration, and those without one, keep their state in. */
  readonly #stateDirs: readonly string[];

  /** `origin` is the real path of the configuration. */
  constructor(configuration: Configuration, origin: string) {
    this.#configuration = configuration;
    this.#origin = origin;
    this.#stateDirs = stateDirsOf(configuration.tasks);
  }

  /** Of the tasks that the configuration has now. */
  ofConfiguration(): Place[] {
    return this.#configuration.tasks.flatMap((task) => this.#placesOf(task.name, taskId(task.name, this.#origin)));
  }

  /** Of the task that a snapshot's tags name: one of this configuration, or of `bdsync-manager sync`. */
  of({task, taskId: id}: SnapshotOwner): {readonly isOurs: boolean; readonly places: Place[]} {
    if (id === undefined) return {isOurs: true, places: []};
    const configured = this.#configuration.tasks.find(({name}) => taskId(name, this.#origin) === id);
    const name = configured?.name ?? task ?? id;
    const isOurs = [this.#origin, COMMAND_LINE_ORIGIN].some((origin) => taskId(name, origin) === id);
    return {isOurs, places: this.#placesOf(name, id)};
  }

  #placesOf(name: string, id: string): Place[] {
    const configured = this.#configuration.tasks.find((task) => task.name === name);
    const isKnown = configured !== undefined && configured.state !== 'invalid' && taskId(name, this.#origin) === id;
    const stateDirs = isKnown ? [configured.config.stateDir] : this.#stateDirs;
    return stateDirs.map((stateDir) => ({task: name, taskId: id, stateDir}));
  }
}

export async function viewPlace(place: Place): Promise<PlaceView> {
  const {stateDir, taskId: id} = place;
  try {
    const holder = await findLockHolder(stateDir, id);
    const records = (await Leftovers.peek(stateDir, id)).filter((record) => record.kind === 'snapshot');
    return {place, holder, records, trouble: undefined};
  } catch (error) {
    if (!(error instanceof StateDirError)) throw error;
    return {place, holder: undefined, records: [], trouble: messageOf(error)};
  }
}
