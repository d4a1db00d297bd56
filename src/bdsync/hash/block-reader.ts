import {closeSync, constants, openSync, readSync} from 'node:fs';
import {codeOf} from '../../errors.js';
import {deviceError} from '../device/device-error.js';
import {BdsyncError} from '../errors.js';
import type {ReadableDevice} from './block-job.js';

/** Direct reads want position, length and memory on such a boundary; a page is enough for every device. */
const DIRECT_ALIGNMENT = 4096;

/** Reads a device synchronously, as a thread of its own can. */
export class BlockReader implements Disposable {
  readonly #setup: ReadableDevice;
  /** Undefined when the page cache is welcome, or the file refuses to be read past it. */
  #direct: number | undefined;

  constructor(setup: ReadableDevice & {readonly isDirect: boolean}) {
    this.#setup = setup;
    this.#direct = setup.isDirect ? openDirect(setup.descriptor) : undefined;
  }

  /** Whether the page cache is gone past where position, length and memory allow it: nothing has refused it yet. */
  get isDirect(): boolean {
    return this.#direct !== undefined;
  }

  /**
   * Fills `buffer` with what is at `position`; what lies past the end is zeros.
   *
   * @throws BdsyncError 'read' naming path and position, also when a file has become shorter than it was.
   */
  read(buffer: Uint8Array, position: number): void {
    const {path, sizeBytes} = this.#setup;
    const wanted = Math.min(buffer.length, Math.max(0, sizeBytes - position));
    let done = 0;
    while (done < wanted) {
      const readBytes = this.#readSome(buffer, done, wanted - done, position + done);
      if (readBytes === 0) {
        const lost = `it has become shorter than the ${sizeBytes} bytes it had`;
        throw new BdsyncError('read', `cannot read ${path} at position ${position + done}: ${lost}`);
      }
      done += readBytes;
    }
    // A direct read may have brought what lies behind the size that counts.
    buffer.fill(0, wanted);
  }

  [Symbol.dispose](): void {
    if (this.#direct !== undefined) closeSync(this.#direct);
    this.#direct = undefined;
  }

  #readSome(buffer: Uint8Array, offset: number, length: number, position: number): number {
    const {descriptor, path} = this.#setup;
    try {
      return this.#readDirect(buffer, offset, position) ?? readSync(descriptor, buffer, offset, length, position);
    } catch (error) {
      throw deviceError('read', `cannot read ${path} at position ${position}`, error);
    }
  }

  /** Undefined where it cannot be done: then the usual way serves, and from a refusal on always. */
  #readDirect(buffer: Uint8Array, offset: number, position: number): number | undefined {
    if (this.#direct === undefined) return undefined;
    const length = buffer.length - offset;
    if ([position, length, buffer.byteOffset + offset].some((number) => number % DIRECT_ALIGNMENT !== 0)) {
      return undefined;
    }
    try {
      return readSync(this.#direct, buffer, offset, length, position);
    } catch (error) {
      if (codeOf(error) !== 'EINVAL') throw error;
      this[Symbol.dispose]();
      return undefined;
    }
  }
}

/** A descriptor of its own on the same open file: the flags of the given one are everybody's. */
function openDirect(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}
