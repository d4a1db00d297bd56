import {join} from 'node:path';
import {codeOf} from '../../errors.js';
import {readStateFile, removeStateFile, replaceStateFile} from '../../state-file.js';
import {openStateFolder, requireOwnFolder, StateDirError} from '../../state-folder.js';
import type {GateWait} from '../../write-gate.js';

/** In the state folder. */
export const LEFTOVERS_FOLDER = 'temporary';

/** Something that a run makes and must take away again, or begins and must end. */
export type Leftover =
  | FileRecord
  | ApplicationRecord
  | IncompleteRecord
  | SnapshotRecord
  | AfterSnapshotRecord
  | UnknownRecord;

/** A file on the target's host. */
export interface FileRecord {
  readonly kind: 'file';
  /** Words that reach the host it is on; empty: this machine. */
  readonly connection: readonly string[];
  readonly quoting: 'auto' | 'shell' | 'none';
  readonly path: string;
}

/**
 * A sealed patch on the target's host of which the application began, or was about to. It is never removed like a file,
 * but finished or undone: the target may be between old and new.
 */
export interface ApplicationRecord extends Omit<FileRecord, 'kind'> {
  readonly kind: 'application';
  readonly targetPath: string;
  /** Starts bdsync there. */
  readonly program: readonly string[];
  /** That the patch is applied with, beside the target and itself. */
  readonly options: readonly string[];
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601: it could not be finished, and a run that compared anew had brought the target in step by then. */
  readonly wholeSince?: string;
  /** A later run was about to compare the target anew: what is stored must never be written to it again. */
  readonly isObsolete?: boolean;
}

/**
 * A target that is written as the patch comes, or without a seal: it may be between old and new until a run has completed
 * it. There is nothing to be removed.
 */
export interface IncompleteRecord extends Omit<FileRecord, 'kind' | 'path'> {
  readonly kind: 'incomplete';
  readonly targetPath: string;
  /** ISO 8601. */
  readonly since: string;
}

/** An LVM snapshot of the source, known by tags that no other one carries. */
export interface SnapshotRecord {
  readonly kind: 'snapshot';
  readonly programPath: string;
  readonly tags: readonly string[];
  /** What else identifies it; not in records of earlier versions. */
  readonly volume?: VolumeRecord | undefined;
}

export interface VolumeRecord {
  readonly vg: string;
  readonly name: string;
  readonly originUuid: string;
  /** Known as soon as it exists. */
  readonly uuid?: string;
}

/** An after_snapshot that is still to be run, with what its environment is to tell. */
export interface AfterSnapshotRecord {
  readonly kind: 'after-snapshot';
  readonly task: string;
  readonly sourcePath: string;
  readonly snapshotName: string;
}

/** Of a newer version, or damaged. It names nothing that may be removed, and may tell of a target between old and new. */
export interface UnknownRecord {
  readonly kind: 'unknown';
  /** Where it stands. */
  readonly file: string;
  /** Written again as it was read: one record, or all that the file has where nothing of it could be made out. */
  readonly content: unknown;
}

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
      return parseRecords(await readStateFile(this.#file), this.#file);
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
        const contents = records.map((record) => (record.kind === 'unknown' ? record.content : record));
        await replaceStateFile(this.#file, `${JSON.stringify({records: contents})}\n`, wait);
      }
    } catch (error) {
      throw StateDirError.from(`cannot use the state file ${this.#file}`, error);
    }
    this.#records = records;
  }
}

function parseRecords(text: string, file: string): Leftover[] {
  const unknown = (content: unknown): UnknownRecord => ({kind: 'unknown', file, content});
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return [unknown(text)];
  }
  const records: unknown = typeof content === 'object' && content !== null && Reflect.get(content, 'records');
  if (!Array.isArray(records)) return [unknown(content)];
  return records.map((record: unknown) => (isKnown(record) ? record : unknown(record)));
}

function isKnown(value: unknown): value is Exclude<Leftover, UnknownRecord> {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'snapshot') {
    return (
      'programPath' in value &&
      typeof value.programPath === 'string' &&
      'tags' in value &&
      isWords(value.tags) &&
      (!('volume' in value) || isVolume(value.volume))
    );
  }
  if (value.kind === 'after-snapshot') {
    return hasTexts(value, 'task', 'sourcePath', 'snapshotName');
  }
  if (value.kind === 'application') {
    const words = ['program', 'options'].every((name) => isWords(Reflect.get(value, name)));
    const wholeSince: unknown = Reflect.get(value, 'wholeSince') ?? '';
    const isObsolete: unknown = Reflect.get(value, 'isObsolete') ?? false;
    const isEnd = typeof wholeSince === 'string' && typeof isObsolete === 'boolean';
    return hasTexts(value, 'path', 'targetPath', 'since') && words && isOnHost(value) && isEnd;
  }
  if (value.kind === 'incomplete') return hasTexts(value, 'targetPath', 'since') && isOnHost(value);
  return value.kind === 'file' && hasTexts(value, 'path') && isOnHost(value);
}

function hasTexts(value: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(value, name) === 'string');
}

function isOnHost(value: object): boolean {
  return (
    'quoting' in value &&
    (value.quoting === 'auto' || value.quoting === 'shell' || value.quoting === 'none') &&
    'connection' in value &&
    isWords(value.connection)
  );
}

function isVolume(value: unknown): value is VolumeRecord {
  if (typeof value !== 'object' || value === null) return false;
  const volume: Partial<Record<keyof VolumeRecord, unknown>> = value;
  const texts = [volume.vg, volume.name, volume.originUuid, volume.uuid ?? ''];
  return texts.every((text) => typeof text === 'string');
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}
