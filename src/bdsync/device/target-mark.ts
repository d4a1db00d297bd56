import {createHash} from 'node:crypto';
import {lstat, open, rm} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {messageOf} from '../../errors.js';
import {readStateFile, replaceStateFile} from '../../state-file.js';
import {openStateFolder, requireOwnFolder} from '../../state-folder.js';

/**
 * What a mark says of its target. `incomplete`: it was being written in place, and nobody has completed it since.
 * `unreadable`: there is a mark, and what it says cannot be told.
 */
export type TargetMark =
  | {
      readonly state: 'incomplete';
      /** ISO 8601: when the first of the runs that were interrupted began to write. */
      readonly since: string;
      /** Who wrote last, in words. */
      readonly by: string;
    }
  | {readonly state: 'unreadable'; readonly reason: string};

const FOLDER = 'incomplete';
const MAX_MARK_BYTES = 65_536;
const MAX_BY_CHARACTERS = 500;
const MAX_SINCE_CHARACTERS = 40;

/**
 * The mark of one target in a state folder: it is there while the target is between old and new, whatever becomes of the
 * program that writes it. Only for whoever has the target for itself.
 */
export class TargetMarkFile {
  readonly #stateDir: string;
  readonly #target: string;
  readonly #path: string;

  /** `lastingIdentity` is the target's; one that has none is known by its path, as that is given. */
  constructor(stateDir: string, path: string, lastingIdentity: string) {
    this.#stateDir = stateDir;
    this.#target = lastingIdentity === '' ? `path:${resolve(path)}` : lastingIdentity;
    const name = `${createHash('sha256').update(this.#target).digest('hex').slice(0, 16)}.json`;
    this.#path = join(stateDir, FOLDER, name);
  }

  /** Undefined where there is none, or nobody may look. Makes nothing, and never throws. */
  async read(): Promise<TargetMark | undefined> {
    try {
      // Only of what is there it can be told that it cannot be read.
      await lstat(this.#path);
    } catch {
      return undefined;
    }
    try {
      await requireOwnFolder(this.#stateDir, FOLDER);
      return this.#parse(await readStateFile(this.#path));
    } catch (error) {
      return {state: 'unreadable', reason: messageOf(error)};
    }
  }

  /**
   * Survives a power cut before it returns. A target that is marked already keeps the time since when it is.
   *
   * @throws StateDirError, and what the file system throws.
   */
  async write({path, by}: {readonly path: string; readonly by: string}): Promise<void> {
    await openStateFolder(this.#stateDir, FOLDER);
    const earlier = await this.read();
    const since = earlier?.state === 'incomplete' ? earlier.since : new Date().toISOString();
    await replaceStateFile(this.#path, `${JSON.stringify({target: this.#target, path, by, since})}\n`);
  }

  /**
   * Also one that cannot be read. Survives a power cut before it returns.
   *
   * @throws StateDirError, and what the file system throws.
   */
  async remove(): Promise<void> {
    try {
      await lstat(this.#path);
    } catch {
      return;
    }
    await requireOwnFolder(this.#stateDir, FOLDER);
    await rm(this.#path, {force: true});
    await using folder = await open(join(this.#stateDir, FOLDER), 'r');
    await folder.sync();
  }

  #parse(text: string): TargetMark {
    if (text.length > MAX_MARK_BYTES) return {state: 'unreadable', reason: `it has more than ${MAX_MARK_BYTES} bytes`};
    const content: unknown = JSON.parse(text);
    const mark = parseTargetMark({...(typeof content === 'object' ? content : {}), state: 'incomplete'});
    if (mark === undefined) return {state: 'unreadable', reason: 'it is damaged'};
    const isOurs = typeof content === 'object' && content !== null && Reflect.get(content, 'target') === this.#target;
    return isOurs ? mark : {state: 'unreadable', reason: 'it is about another target'};
  }
}

/** A mark from elsewhere, such as the other end's words; undefined for what is none. */
export function parseTargetMark(value: unknown): TargetMark | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [state, since, by, reason] = ['state', 'since', 'by', 'reason'].map((name): unknown =>
    Reflect.get(value, name),
  );
  if (state === 'unreadable' && typeof reason === 'string') return {state, reason: reason.slice(0, MAX_BY_CHARACTERS)};
  if (state !== 'incomplete' || typeof since !== 'string' || typeof by !== 'string') return undefined;
  if (since.length > MAX_SINCE_CHARACTERS || Number.isNaN(Date.parse(since))) return undefined;
  return {state, since, by: by.slice(0, MAX_BY_CHARACTERS)};
}
