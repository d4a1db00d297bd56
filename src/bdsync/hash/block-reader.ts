import {closeSync, constants, openSync, read, readSync} from 'node:fs';
import {codeOf} from '../../errors.js';
import type {ReadableDevice} from './block-job.js';
import {PendingRead} from './pending-read.js';

/** Direct reads want position, length and memory on such a boundary; a page is enough for every device. */
const DIRECT_ALIGNMENT = 4096;

/** Reads a device: synchronously, as a thread of its own can, or several places of it at once. */
export class BlockReader implements Disposable {
  readonly #setup: ReadableDevice;
  /** Undefined when the page cache is welcome, or there is no way past it. */
  #direct: number | undefined;
  /** The file refuses to be read past the page cache. Reads may still be under way there. */
  #isRefused = false;

  constructor(setup: ReadableDevice & {readonly isDirect: boolean}) {
    this.#setup = setup;
    this.#direct = setup.isDirect ? openDirect(setup.descriptor) : undefined;
  }

  /** Whether the page cache is gone past where position, length and memory allow it: nothing has refused it yet. */
  get isDirect(): boolean {
    return this.#direct !== undefined && !this.#isRefused;
  }

  /**
   * Fills `buffer` with what is at `position`; what lies past the end is zeros.
   *
   * @throws BdsyncError 'read' naming path and position, also when a file has become shorter than it was.
   */
  read(buffer: Uint8Array, position: number): void {
    const reading = new PendingRead(this.#setup, buffer, position);
    while (reading.isPending) {
      const way = this.#choose(reading, buffer);
      let bytes: number;
      try {
        bytes = readSync(way.descriptor, buffer, reading.offset, way.length, reading.position);
      } catch (error) {
        this.#refuse(way, reading, error);
        continue;
      }
      reading.brought(bytes);
    }
  }

  /** The same in another thread. Nothing may be under way any more when the reader is disposed of. */
  async readMeanwhile(buffer: Uint8Array, position: number): Promise<void> {
    const reading = new PendingRead(this.#setup, buffer, position);
    while (reading.isPending) {
      const way = this.#choose(reading, buffer);
      let bytes: number;
      try {
        bytes = await readInThread(way.descriptor, buffer, reading.offset, way.length, reading.position);
      } catch (error) {
        this.#refuse(way, reading, error);
        continue;
      }
      reading.brought(bytes);
    }
  }

  [Symbol.dispose](): void {
    if (this.#direct !== undefined) closeSync(this.#direct);
    this.#direct = undefined;
  }

  #choose({offset, position, leftBytes}: PendingRead, buffer: Uint8Array): Way {
    const length = buffer.length - offset;
    const isAligned = [position, length, buffer.byteOffset + offset].every((n) => n % DIRECT_ALIGNMENT === 0);
    if (this.#direct === undefined || this.#isRefused || !isAligned) {
      return {descriptor: this.#setup.descriptor, length: leftBytes, isDirect: false};
    }
    return {descriptor: this.#direct, length, isDirect: true};
  }

  /** From a refusal on, the usual way serves. Throws what else went wrong. */
  #refuse({isDirect}: Way, reading: PendingRead, error: unknown): void {
    if (!isDirect || codeOf(error) !== 'EINVAL') throw reading.failure(error);
    this.#isRefused = true;
  }
}

interface Way {
  readonly descriptor: number;
  readonly length: number;
  readonly isDirect: boolean;
}

function readInThread(
  descriptor: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, offset, length, position, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

/** A descriptor of its own on the same open file: the flags of the given one are everybody's. */
function openDirect(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}
