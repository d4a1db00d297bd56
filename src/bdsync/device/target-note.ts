import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {readStateFile, removeStateFile, replaceStateFile} from '../../state-file.js';
import {openStateFolder, requireOwnFolder} from '../../state-folder.js';

/** Who holds a target. It only explains: whether the target is held is for the lock on it to say. */
export interface TargetNote {
  readonly path: string;
  readonly holder: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
  /** The kernel's boot id: process ids of another boot mean nothing. */
  readonly machineId: string;
}

/** In the state folder. */
export const NOTES_FOLDER = 'targets';

/** The note about one target in a state folder. */
export class TargetNoteFile {
  readonly #stateDir: string;
  readonly #name: string;

  /** `identity` is the target's. */
  constructor(stateDir: string, identity: string) {
    this.#stateDir = stateDir;
    this.#name = `${createHash('sha256').update(identity).digest('hex').slice(0, 16)}.json`;
  }

  /** Only for whoever holds the target's lock. Throws StateDirError, and what the file system throws. */
  async write(note: TargetNote): Promise<void> {
    const path = join(await openStateFolder(this.#stateDir, NOTES_FOLDER), this.#name);
    await replaceStateFile(path, `${JSON.stringify(note)}\n`);
  }

  async remove(): Promise<void> {
    await removeStateFile(join(this.#stateDir, NOTES_FOLDER, this.#name));
  }

  /** The note, when there is a readable one and the process that wrote it still runs. */
  async readLive(machineId: string): Promise<TargetNote | undefined> {
    try {
      await requireOwnFolder(this.#stateDir, NOTES_FOLDER);
      const path = join(this.#stateDir, NOTES_FOLDER, this.#name);
      const note: unknown = JSON.parse(await readStateFile(path));
      return isTargetNote(note) && note.machineId === machineId && isRunning(note.pid) ? note : undefined;
    } catch {
      return undefined;
    }
  }
}

function isTargetNote(value: unknown): value is TargetNote {
  if (typeof value !== 'object' || value === null) return false;
  const note: Partial<Record<keyof TargetNote, unknown>> = value;
  const texts = [note.path, note.holder, note.since, note.machineId];
  return texts.every((text) => typeof text === 'string') && typeof note.pid === 'number';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, for another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
