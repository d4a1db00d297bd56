import {constants} from 'node:fs';
import {open, readFile, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {type GateWait, OWN_WRITES} from './write-gate.js';

const {O_CREAT, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY} = constants;

/** The text of a file in a state folder; a link is refused. Throws what the file system throws. */
export async function readStateFile(path: string): Promise<string> {
  return await readFile(path, {encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW});
}

const PRIVATE_MODE = 0o600;

/**
 * Puts `text` into a file, private to us unless `mode` says otherwise: after a crash at any time it holds the old text or
 * the new one, and the new one for sure after this returns. For one writer at a time. Throws what the file system throws.
 */
export async function replaceStateFile(
  path: string,
  text: string,
  {mode = PRIVATE_MODE, ...wait}: GateWait & {readonly mode?: number} = {},
): Promise<void> {
  await OWN_WRITES.pass(() => replaceFile(path, text, mode), wait);
}

/** Throws what the file system throws, and not when there is none. */
export async function removeStateFile(path: string, wait: GateWait = {}): Promise<void> {
  await OWN_WRITES.pass(() => rm(path, {force: true}), wait);
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const freshPath = `${path}.new`;
  await using handle = await open(freshPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, PRIVATE_MODE);
  try {
    // Not by open, whose mode the umask takes bits from.
    if (mode !== PRIVATE_MODE) await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
    await rename(freshPath, path);
  } catch (error) {
    // Where there was no room for it, it would keep what there is.
    await rm(freshPath, {force: true});
    throw error;
  }
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}
