import {type FileHandle, open, rename} from 'node:fs/promises';
import {deviceError} from '../device/device-error.js';
import {heardLater} from '../heard-later.js';
import type {JournalPaths} from './undo-journal.js';
import {
  JournalEncoder,
  type JournalHeader,
  MAX_RECORD_BYTES,
  RECORD_FRAME_BYTES,
  RECORD_HEADER_BYTES,
} from './undo-journal-format.js';

/** From here on, whole records are written. */
const WRITE_BYTES = 1024 * 1024;
/** One more record, as large as any, or else the journal's end. */
const ROOM_BYTES = WRITE_BYTES + RECORD_FRAME_BYTES + MAX_RECORD_BYTES;

/**
 * A journal that is being written: under another name, until all of it is on the medium. One that is not finished goes
 * when this is disposed of.
 */
export class JournalWriter implements AsyncDisposable {
  readonly #paths: JournalPaths;
  readonly #handle: FileHandle;
  readonly #encoder = new JournalEncoder();
  /** Whole records, then one that grows; the other memory is being written meanwhile. */
  #memory = Buffer.allocUnsafeSlow(ROOM_BYTES);
  #otherMemory = Buffer.allocUnsafeSlow(ROOM_BYTES);
  #wholeBytes = 0;
  /** Data of the record that grows, and where they are on the target. */
  #dataBytes = 0;
  #dataPosition = 0;
  #writing: Promise<void> | undefined;
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
    writer.#append(writer.#encoder.header(header));
    return writer;
  }

  /** What the target has at `position`; it is copied. What lies side by side becomes one record. */
  async add(position: number, data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const isAdjacent = position + done === this.#dataPosition + this.#dataBytes;
      if (!isAdjacent || this.#dataBytes === MAX_RECORD_BYTES) await this.#endRecord();
      if (this.#dataBytes === 0) this.#dataPosition = position + done;
      const taken = data.subarray(done, done + MAX_RECORD_BYTES - this.#dataBytes);
      this.#memory.set(taken, this.#wholeBytes + RECORD_HEADER_BYTES + this.#dataBytes);
      this.#dataBytes += taken.length;
      done += taken.length;
    }
  }

  /** Puts the journal in its place, with all of it on the medium: from now on the target may be written to. */
  async finish(): Promise<void> {
    await this.#endRecord();
    this.#append(this.#encoder.end());
    await this.#beginWrite();
    await this.#writing;
    try {
      await this.#handle.sync();
      await rename(this.#paths.fresh, this.#paths.whole);
    } catch (error) {
      throw deviceError('write', `cannot bring the undo journal ${this.#paths.whole} to its medium`, error);
    }
    await this.#paths.syncFolder();
    this.#isFinished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.#writing]);
    await this.#handle.close();
    if (this.#isFinished) return;
    // It may have got its name, and its folder not have been synced.
    await this.#paths.removeBoth();
  }

  async #endRecord(): Promise<void> {
    if (this.#dataBytes === 0) return;
    const end = this.#wholeBytes + RECORD_FRAME_BYTES + this.#dataBytes;
    this.#encoder.completeRecord(this.#memory.subarray(this.#wholeBytes, end), this.#dataPosition);
    this.#wholeBytes = end;
    this.#dataBytes = 0;
    if (this.#wholeBytes >= WRITE_BYTES) await this.#beginWrite();
  }

  #append(bytes: Uint8Array): void {
    this.#memory.set(bytes, this.#wholeBytes);
    this.#wholeBytes += bytes.length;
  }

  /** A failure of it comes to light with a later call. */
  async #beginWrite(): Promise<void> {
    await this.#writing;
    this.#writing = heardLater(this.#write(this.#memory.subarray(0, this.#wholeBytes)));
    [this.#memory, this.#otherMemory] = [this.#otherMemory, this.#memory];
    this.#wholeBytes = 0;
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle.write(bytes, done, bytes.length - done, null)).bytesWritten;
      }
    } catch (error) {
      throw deviceError('write', `cannot write the undo journal ${this.#paths.fresh}`, error);
    }
  }
}
