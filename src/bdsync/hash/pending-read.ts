import {deviceError} from '../device/device-error.js';
import {BdsyncError} from '../errors.js';
import type {ReadableDevice} from './block-job.js';

/** What a read has still to do: the system may bring a part at a time. What lies past the end is zeros. */
export class PendingRead {
  readonly #device: Pick<ReadableDevice, 'path' | 'sizeBytes'>;
  readonly #buffer: Uint8Array;
  readonly #start: number;
  readonly #wantedBytes: number;
  #doneBytes = 0;

  constructor(device: Pick<ReadableDevice, 'path' | 'sizeBytes'>, buffer: Uint8Array, position: number) {
    this.#device = device;
    this.#buffer = buffer;
    this.#start = position;
    this.#wantedBytes = Math.min(buffer.length, Math.max(0, device.sizeBytes - position));
    if (this.#wantedBytes === 0) buffer.fill(0);
  }

  get isPending(): boolean {
    return this.#doneBytes < this.#wantedBytes;
  }

  /** Where the next part belongs in the buffer. */
  get offset(): number {
    return this.#doneBytes;
  }

  get position(): number {
    return this.#start + this.#doneBytes;
  }

  /** So many bytes are left of what the device has. */
  get leftBytes(): number {
    return this.#wantedBytes - this.#doneBytes;
  }

  /**
   * The system has brought so many bytes, which may be more than are left: what lies behind the size that counts is
   * forgotten.
   *
   * @throws BdsyncError 'read' when there were none.
   */
  brought(bytes: number): void {
    if (bytes === 0) {
      const lost = `it has become shorter than the ${this.#device.sizeBytes} bytes it had`;
      throw new BdsyncError('read', `cannot read ${this.#device.path} at position ${this.position}: ${lost}`);
    }
    this.#doneBytes += bytes;
    if (!this.isPending) this.#buffer.fill(0, this.#wantedBytes);
  }

  failure(cause: unknown): BdsyncError {
    return deviceError('read', `cannot read ${this.#device.path} at position ${this.position}`, cause);
  }
}
