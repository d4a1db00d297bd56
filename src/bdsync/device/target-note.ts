import {createHash} from 'node:crypto';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

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

/** Where the note about the target of this identity lies. */
export function targetNotePath(stateDir: string, identity: string): string {
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return join(stateDir, 'targets', `${name}.json`);
}

/** Only for whoever holds the target's lock. Throws what the file system throws. */
export async function writeTargetNote(notePath: string, note: TargetNote): Promise<void> {
  await mkdir(join(notePath, '..'), {recursive: true, mode: 0o700});
  const freshPath = `${notePath}.${process.pid}.new`;
  await writeFile(freshPath, `${JSON.stringify(note)}\n`, {mode: 0o600});
  await rename(freshPath, notePath);
}

export async function removeTargetNote(notePath: string): Promise<void> {
  await rm(notePath, {force: true});
}

/** The note, when there is a readable one and the process that wrote it still runs. */
export async function readLiveTargetNote(notePath: string, machineId: string): Promise<TargetNote | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(notePath, 'utf8'));
    return isTargetNote(note) && note.machineId === machineId && isRunning(note.pid) ? note : undefined;
  } catch {
    return undefined;
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
