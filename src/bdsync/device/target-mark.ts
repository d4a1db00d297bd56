import {createHash} from 'node:crypto';
import {fstatSync} from 'node:fs';
import {lstat, open} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import type {LocalIdentity} from '../../device-identity.js';
import {messageOf} from '../../errors.js';
import {readStateFile, removeStateFile, replaceStateFile} from '../../state-file.js';
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

/** What a target is known by to its mark. */
export interface MarkedTarget {
  /** As it was given: what has no lasting identity is known by it. */
  readonly path: string;
  readonly lastingIdentity: string;
  /** Of a file, where the system knows: what was there before had its inode, and is another one. */
  readonly bornMs: number | undefined;
}

/** In the state folder. */
export const MARKS_FOLDER = 'incomplete';
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
  readonly #bornMs: number | undefined;

  constructor(stateDir: string, {path, lastingIdentity, bornMs}: MarkedTarget) {
    this.#stateDir = stateDir;
    this.#bornMs = bornMs;
    this.#target = lastingIdentity === '' ? `path:${resolve(path)}` : lastingIdentity;
    const name = `${createHash('sha256').update(this.#target).digest('hex').slice(0, 16)}.json`;
    this.#path = join(stateDir, MARKS_FOLDER, name);
  }

  /**
   * Undefined where there is none, nobody may look, or the target was made at another time than the one that was marked.
   * Makes nothing, and never throws.
   */
  async read(): Promise<TargetMark | undefined> {
    try {
      // Only of what is there it can be told that it cannot be read.
      await lstat(this.#path);
    } catch {
      return undefined;
    }
    try {
      await requireOwnFolder(this.#stateDir, MARKS_FOLDER);
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
    await openStateFolder(this.#stateDir, MARKS_FOLDER);
    const earlier = await this.read();
    const since = earlier?.state === 'incomplete' ? earlier.since : new Date().toISOString();
    const content = {target: this.#target, bornMs: this.#bornMs, path, by, since};
    await replaceStateFile(this.#path, `${JSON.stringify(content)}\n`);
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
    await requireOwnFolder(this.#stateDir, MARKS_FOLDER);
    await removeStateFile(this.#path);
    await using folder = await open(join(this.#stateDir, MARKS_FOLDER), 'r');
    await folder.sync();
  }

  #parse(text: string): TargetMark | undefined {
    if (text.length > MAX_MARK_BYTES) return {state: 'unreadable', reason: `it has more than ${MAX_MARK_BYTES} bytes`};
    const content: unknown = JSON.parse(text);
    const mark = parseTargetMark({...(typeof content === 'object' ? content : {}), state: 'incomplete'});
    if (mark === undefined) return {state: 'unreadable', reason: 'it is damaged'};
    const {target, bornMs}: {target?: unknown; bornMs?: unknown} = Object(content);
    if (target !== this.#target) return {state: 'unreadable', reason: 'it is about another target'};
    return this.#isOther(mark, bornMs) ? undefined : mark;
  }

  /** By when the marked file was made; where that was not known, by the clock, which may have been set meanwhile. */
  #isOther(mark: TargetMark, markedBornMs: unknown): boolean {
    if (this.#bornMs === undefined || mark.state !== 'incomplete') return false;
    if (typeof markedBornMs === 'number') return markedBornMs !== this.#bornMs;
    return Date.parse(mark.since) < this.#bornMs;
  }
}

/** When an open file was made; undefined for a device, and where that cannot be told. */
export function birthOf(descriptor: number, {kind}: LocalIdentity): number | undefined {
  if (kind !== 'file') return undefined;
  const {birthtimeNs, ctimeNs} = fstatSync(descriptor, {bigint: true});
  // Where the system does not know, Node tells 0, or the time of the last change.
  if (birthtimeNs === 0n || birthtimeNs === ctimeNs) return undefined;
  return Number(birthtimeNs / 1_000_000n);
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
