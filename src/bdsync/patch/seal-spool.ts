import {randomBytes} from 'node:crypto';
import {type FileHandle, open, unlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {messageOf} from '../../errors.js';
import {BdsyncError} from '../errors.js';
import {encodeRunHeader} from './seal-format.js';

/** So much stays in memory: with MD5 the digests of two gigabytes that differ in blocks of 4096. */
const MAX_MEMORY_BYTES = 8 * 1024 * 1024;
/** What is written to the file, and handed out, at once. */
const PIECE_BYTES = 65_536;

export interface SealSpoolOptions {
  readonly digestBytes: number;
  /** From here on a file is used. */
  readonly memoryBytes?: number;
  /** Where that file is made. */
  readonly folder?: string;
}

/**
 * Keeps the runs of a seal until the patch before it is complete: a little in memory, more in a file that has no name
 * and is gone with the process. Methods throw BdsyncError 'write' and 'read' when that file fails.
 */
export class SealSpool implements AsyncDisposable {
  readonly #options: SealSpoolOptions;
  /** Pieces in memory; all but the last one are full. */
  #pieces: Buffer[] = [];
  #lastPieceBytes = PIECE_BYTES;
  #file: FileHandle | undefined;
  #bytesInFile = 0;

  constructor(options: SealSpoolOptions) {
    this.#options = options;
  }

  /** Consecutive blocks from `position` on by their digests, which are copied. */
  async add(position: number, digests: Uint8Array): Promise<void> {
    this.#keep(encodeRunHeader(position, digests.length / this.#options.digestBytes));
    this.#keep(digests);
    const {memoryBytes = MAX_MEMORY_BYTES} = this.#options;
    if (this.#pieces.length * PIECE_BYTES > memoryBytes) await this.#moveToFile();
  }

  /** All runs as a seal has them, in the order in which they came. */
  async *pieces(): AsyncGenerator<Uint8Array, void> {
    for (let done = 0; done < this.#bytesInFile; ) {
      const piece = await this.#read(done);
      yield piece;
      done += piece.length;
    }
    yield* this.#filled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #keep(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#lastPieceBytes === PIECE_BYTES) {
        this.#pieces.push(Buffer.allocUnsafeSlow(PIECE_BYTES));
        this.#lastPieceBytes = 0;
      }
      const taken = rest.subarray(0, PIECE_BYTES - this.#lastPieceBytes);
      this.#pieces.at(-1)?.set(taken, this.#lastPieceBytes);
      this.#lastPieceBytes += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  #filled(): Buffer[] {
    return this.#pieces.map((piece, index) =>
      index === this.#pieces.length - 1 ? piece.subarray(0, this.#lastPieceBytes) : piece,
    );
  }

  async #moveToFile(): Promise<void> {
    const folder = this.#options.folder ?? tmpdir();
    try {
      this.#file ??= await openNameless(folder);
      for (const piece of this.#filled()) {
        for (let done = 0; done < piece.length; ) {
          const {bytesWritten} = await this.#file.write(piece, done, piece.length - done, this.#bytesInFile);
          done += bytesWritten;
          this.#bytesInFile += bytesWritten;
        }
      }
    } catch (error) {
      const trouble = `cannot keep the digests for the seal in ${folder}: ${messageOf(error)}`;
      throw new BdsyncError('write', trouble, {cause: error, hint: 'TMPDIR names another folder'});
    }
    this.#pieces = [];
    this.#lastPieceBytes = PIECE_BYTES;
  }

  async #read(position: number): Promise<Uint8Array> {
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, this.#bytesInFile - position));
    try {
      const readBytes = (await this.#file?.read(piece, 0, piece.length, position))?.bytesRead ?? 0;
      if (readBytes === 0) throw new Error('it has become shorter');
      return piece.subarray(0, readBytes);
    } catch (error) {
      throw new BdsyncError('read', `cannot read the digests for the seal again: ${messageOf(error)}`, {cause: error});
    }
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `bdsync-seal-${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
