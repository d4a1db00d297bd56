import type {SnapshotRecord} from './leftover.js';
import type {Leftovers} from './leftovers.js';

/** What a run notes of one snapshot: all but its uuid before it exists, that as soon as it does. */
export class SnapshotNote {
  readonly tags: readonly string[];
  readonly #leftovers: Leftovers;
  readonly #programPath: string;
  #record: SnapshotRecord | undefined;

  constructor(leftovers: Leftovers, {programPath, tags}: Pick<SnapshotRecord, 'programPath' | 'tags'>) {
    this.#leftovers = leftovers;
    this.#programPath = programPath;
    this.tags = tags;
  }

  get isRecorded(): boolean {
    return this.#record !== undefined;
  }

  /** @throws StateDirError */
  async plan({vg, name, originUuid}: {readonly vg: string; readonly name: string; readonly originUuid: string}) {
    const {tags} = this;
    const record: SnapshotRecord = {
      kind: 'snapshot',
      programPath: this.#programPath,
      tags,
      volume: {vg, name, originUuid},
    };
    await this.#leftovers.add(record);
    this.#record = record;
  }

  /** @throws StateDirError */
  async complete(uuid: string): Promise<void> {
    const record = this.#record;
    if (record?.volume === undefined) return;
    const complete: SnapshotRecord = {...record, volume: {...record.volume, uuid}};
    await this.#leftovers.replace(record, complete);
    this.#record = complete;
  }

  /** @throws StateDirError */
  async drop(): Promise<void> {
    if (this.#record !== undefined) await this.#leftovers.drop(this.#record);
    this.#record = undefined;
  }
}
