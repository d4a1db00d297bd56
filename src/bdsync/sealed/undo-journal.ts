import {constants} from 'node:fs';
import {type FileHandle, lstat, open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {codeOf} from '../../errors.js';
import {deviceError} from '../device/device-error.js';
import {readPieces} from './read-pieces.js';
import {JournalDecoder, type JournalEvent} from './undo-journal-decoder.js';
import {JournalEncoder, type JournalHeader, MAX_RECORD_BYTES} from './undo-journal-format.js';

/** So much of what lies side by side becomes one record, and about as much is written at once. */
const GATHER_BYTES = MAX_RECORD_BYTES;

/** The names beside a patch. The first one means that the target may have been written to. */
export class JournalPaths {
  readonly whole: string;
  /** A journal that is not whole yet: nothing has been written to the target. */
  readonly fresh: string;

  constructor(patchPath: string) {
    this.whole = `${patchPath}.journal`;
    this.fresh = `${patchPath}.journal.new`;
  }

  async hasWhole(): Promise<boolean> {
    return await exists(this.whole);
  }

  async removeFresh(): Promise<void> {
    await remove(this.fresh);
  }

  async removeWhole(): Promise<void> {
    await remove(this.whole);
    await syncFolder(this.whole);
  }
}

/**
 * A journal that is being written: under another name, until all of it is on the medium. One that is not finished goes
 * when this is disposed of.
 */
export class JournalWriter implements AsyncDisposable {
  readonly #paths: JournalPaths;
  readonly #handle: FileHandle;
  readonly #encoder = new JournalEncoder();
  readonly #gathered = Buffer.allocUnsafeSlow(GATHER_BYTES);
  #gatheredBytes = 0;
  #gatheredPosition = 0;
  #encoded: Uint8Array[] = [];
  #encodedBytes = 0;
  #isFinished = false;

  private constructor(paths: JournalPaths, handle: FileHandle) {
    this.#paths = paths;
    this.#handle = handle;
  }

  /** All methods throw BdsyncError 'write'. */
  static async create(paths: JournalPaths, header: JournalHeader): Promise<JournalWriter> {
    let handle: FileHandle;
    try {
      handle = await open(paths.fresh, 'wx', 0o600);
    } catch (error) {
      throw deviceError('write', `cannot make the undo journal ${paths.fresh}`, error);
    }
    const writer = new JournalWriter(paths, handle);
    writer.#encoded.push(writer.#encoder.header(header));
    return writer;
  }

  /** What the target has at `position`; it is copied. */
  async add(position: number, data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const isAdjacent = position + done === this.#gatheredPosition + this.#gatheredBytes;
      if (!isAdjacent || this.#gatheredBytes === GATHER_BYTES) await this.#endRecord();
      if (this.#gatheredBytes === 0) this.#gatheredPosition = position + done;
      const taken = data.subarray(done, done + GATHER_BYTES - this.#gatheredBytes);
      this.#gathered.set(taken, this.#gatheredBytes);
      this.#gatheredBytes += taken.length;
      done += taken.length;
    }
  }

  /** Puts the journal in its place, with all of it on the medium: from now on the target may be written to. */
  async finish(): Promise<void> {
    await this.#endRecord();
    this.#encoded.push(this.#encoder.end());
    await this.#write();
    try {
      await this.#handle.sync();
      await rename(this.#paths.fresh, this.#paths.whole);
    } catch (error) {
      throw deviceError('write', `cannot bring the undo journal ${this.#paths.whole} to its medium`, error);
    }
    await syncFolder(this.#paths.whole);
    this.#isFinished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    if (this.#isFinished) return;
    await remove(this.#paths.fresh);
    // It may have got its name, and its folder not have been synced.
    await remove(this.#paths.whole);
  }

  async #endRecord(): Promise<void> {
    if (this.#gatheredBytes === 0) return;
    const record = this.#encoder.record(this.#gatheredPosition, this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gatheredBytes = 0;
    this.#encoded.push(record);
    this.#encodedBytes += record.length;
    if (this.#encodedBytes >= GATHER_BYTES) await this.#write();
  }

  async #write(): Promise<void> {
    const bytes = Buffer.concat(this.#encoded);
    this.#encoded = [];
    this.#encodedBytes = 0;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle.write(bytes, done, bytes.length - done, null)).bytesWritten;
      }
    } catch (error) {
      throw deviceError('write', `cannot write the undo journal ${this.#paths.fresh}`, error);
    }
  }
}

/** Reads a whole journal, and checks it. Throws BdsyncError 'journal', 'read', 'cancelled', and what `onEvent` throws. */
export async function readJournal(
  path: string,
  onEvent: (event: JournalEvent) => Promise<void> | void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using handle = await openJournal(path);
  const decoder = new JournalDecoder(path);
  for await (const piece of readPieces({path, handle, start: 0, signal})) {
    for (const event of decoder.push(piece)) await onEvent(event);
  }
  decoder.finish();
}

async function openJournal(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw deviceError('read', `cannot open the undo journal ${path}`, error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw deviceError('read', `cannot look for ${path}`, error);
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, {force: true});
  } catch (error) {
    throw deviceError('write', `cannot remove ${path}`, error);
  }
}

/** A new name, or one that is gone, is so for sure when its folder is on the medium. */
async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
  } catch (error) {
    throw deviceError('write', `cannot bring the folder of ${path} to its medium`, error);
  }
}
