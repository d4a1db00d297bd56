import {mkdir, open, readFile, rename, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {codeOf, messageOf} from '../errors.js';
import {TaskError} from './task-error.js';

/** A file that a run made on the target's host and must take away again. */
export interface TemporaryFile {
  /** Words that reach the host it is on; empty: this machine. */
  readonly connection: readonly string[];
  readonly quoting: 'auto' | 'shell' | 'none';
  readonly path: string;
}

/**
 * What an interrupted run of a task may have left behind, written down before it is made: one JSON file per task in
 * the state folder. Only what stands here is ever cleaned, so nobody else's file can be taken for ours.
 */
export class Leftovers {
  readonly #file: string;

  constructor(stateDir: string, taskId: string) {
    this.#file = join(stateDir, 'temporary', `${taskId}.json`);
  }

  async read(): Promise<TemporaryFile[]> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw stateDirError(this.#file, error);
    }
    return parseRecord(text);
  }

  /** Survives a power cut before it returns. */
  async record(files: readonly TemporaryFile[]): Promise<void> {
    try {
      await mkdir(dirname(this.#file), {recursive: true, mode: 0o700});
      await replaceFile(this.#file, `${JSON.stringify({files})}\n`);
    } catch (error) {
      throw stateDirError(this.#file, error);
    }
  }

  async clear(): Promise<void> {
    await rm(this.#file, {force: true});
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A record that cannot be understood names nothing that may be removed. */
function parseRecord(text: string): TemporaryFile[] {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof record !== 'object' || record === null || !('files' in record) || !Array.isArray(record.files)) return [];
  return record.files.filter(isTemporaryFile);
}

function isTemporaryFile(value: unknown): value is TemporaryFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    typeof value.path === 'string' &&
    'quoting' in value &&
    (value.quoting === 'auto' || value.quoting === 'shell' || value.quoting === 'none') &&
    'connection' in value &&
    Array.isArray(value.connection) &&
    value.connection.every((word) => typeof word === 'string')
  );
}

function stateDirError(file: string, cause: unknown): TaskError {
  return new TaskError('state-dir', `cannot use the state file ${file}: ${messageOf(cause)}`, {
    cause,
    hint: 'name a folder that you may write with the key state_dir',
  });
}
