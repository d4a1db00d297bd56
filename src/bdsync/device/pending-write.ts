import {codeOf} from '../../errors.js';
import {BdsyncError} from '../errors.js';
import {deviceError} from './device-error.js';
import {WriteRefusal} from './write-refusal.js';

/** Of a device that was set read-only since it was opened, and the like; other failures may come with a part written. */
const REFUSALS: readonly string[] = ['EPERM', 'EROFS'];

interface WriteTarget {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What a write has still to do: the system may take a part at a time. */
export class PendingWrite {
  readonly #path: string;
  #buffers: readonly Uint8Array[];
  #position: number;
  #bytes: number;
  #hasTaken = false;

  /** @throws BdsyncError 'write' for what does not lie within the device. */
  constructor({path, sizeBytes}: WriteTarget, buffers: readonly Uint8Array[], position: number) {
    let bytes = 0;
    for (const buffer of buffers) bytes += buffer.length;
    if (position < 0 || position + bytes > sizeBytes) {
      const range = `${bytes} bytes at position ${position}`;
      throw new BdsyncError('write', `refused to write ${range} of ${path}: it has ${sizeBytes} bytes`);
    }
    this.#path = path;
    this.#buffers = buffers;
    this.#position = position;
    this.#bytes = bytes;
  }

  get isPending(): boolean {
    return this.#bytes > 0;
  }

  get buffers(): readonly Uint8Array[] {
    return this.#buffers;
  }

  get position(): number {
    return this.#position;
  }

  /** The system has taken so many bytes. */
  taken(bytes: number): void {
    if (bytes === 0) throw new Error('nothing was taken');
    this.#hasTaken = true;
    this.#bytes -= bytes;
    if (this.#bytes === 0) return;
    this.#position += bytes;
    this.#buffers = withoutFirst(this.#buffers, bytes);
  }

  failure(cause: unknown): BdsyncError {
    const error = deviceError('write', `cannot write ${this.#path} at position ${this.#position}`, cause);
    const isRefused = !this.#hasTaken && REFUSALS.includes(codeOf(cause) ?? '');
    return isRefused ? new WriteRefusal('write', error.message, {cause}) : error;
  }
}

function withoutFirst(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = bytes;
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
}
