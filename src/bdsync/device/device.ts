import {constants, writevSync} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {deviceError} from './device-error.js';
import {type DeviceHandle, type DeviceKind, openDeviceHandle} from './device-facts.js';
import {dropCached} from './drop-cached.js';
import {PendingWrite} from './pending-write.js';
import {BdsyncError} from '../errors.js';

/** A block device or an image file, open, with positions in bytes. */
export interface Device {
  readonly path: string;
  readonly kind: DeviceKind;
  /** For threads, which read by themselves. */
  readonly descriptor: number;
  /** As found when it was opened, or as `resize` made it. */
  readonly sizeBytes: number;
  /**
   * Fills `buffer` with what is at `position`; what lies past the end of the device is zeros.
   *
   * @throws BdsyncError 'read' naming path and position, also when a file has become shorter than it was.
   */
  read(buffer: Uint8Array, position: number): Promise<void>;
  /**
   * Writes all of `buffers`, one behind the other, from `position` on. Nothing is ever written past the end of the
   * device.
   *
   * @throws BdsyncError 'write' naming path and position.
   */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** The same, and the thread waits: for what is so small that a promise would cost more than the write. */
  writeNow(buffers: readonly Uint8Array[], position: number): void;
  /**
   * Returns when what was written has reached the medium. When it has not, the page cache is made to forget it as the
   * device is closed: the next reader is to find what the medium has.
   *
   * @throws BdsyncError 'write'.
   */
  sync(): Promise<void>;
  /**
   * Cuts or extends a file; what is added is a hole.
   *
   * @throws BdsyncError 'size-mismatch' for a block device or when the file system refuses the size.
   */
  resize(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an existing file or block device; symbolic links are followed.
 *
 * @throws BdsyncError 'io' when it is missing, not permitted, or neither a file nor a block device.
 */
export async function openDevice(path: string, access: 'read' | 'write'): Promise<Device> {
  const flags = access === 'write' ? constants.O_RDWR : constants.O_RDONLY;
  return new OpenDevice(path, await openDeviceHandle(path, flags));
}

class OpenDevice implements Device {
  readonly path: string;
  readonly kind: DeviceKind;
  readonly #handle: FileHandle;
  #sizeBytes: number;
  #hasLostWrites = false;

  constructor(path: string, {handle, facts}: DeviceHandle) {
    this.path = path;
    this.kind = facts.kind;
    this.#handle = handle;
    this.#sizeBytes = facts.sizeBytes;
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async read(buffer: Uint8Array, position: number): Promise<void> {
    const availableBytes = Math.min(buffer.length, Math.max(0, this.#sizeBytes - position));
    let done = 0;
    while (done < availableBytes) {
      const readBytes = await this.#readSome(buffer, done, availableBytes - done, position + done);
      if (readBytes === 0) {
        const lost = `it has become shorter than the ${this.#sizeBytes} bytes it had`;
        throw new BdsyncError('read', `cannot read ${this.path} at position ${position + done}: ${lost}`);
      }
      done += readBytes;
    }
    buffer.fill(0, availableBytes);
  }

  async #readSome(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    try {
      return (await this.#handle.read(buffer, offset, length, position)).bytesRead;
    } catch (error) {
      throw deviceError('read', `cannot read ${this.path} at position ${position}`, error);
    }
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const writing = new PendingWrite(this, buffers, position);
    while (writing.isPending) {
      try {
        writing.taken((await this.#handle.writev(writing.buffers, writing.position)).bytesWritten);
      } catch (error) {
        throw writing.failure(error);
      }
    }
  }

  writeNow(buffers: readonly Uint8Array[], position: number): void {
    const writing = new PendingWrite(this, buffers, position);
    while (writing.isPending) {
      try {
        writing.taken(writevSync(this.#handle.fd, writing.buffers, writing.position));
      } catch (error) {
        throw writing.failure(error);
      }
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (error) {
      this.#hasLostWrites = true;
      throw deviceError('write', `cannot bring ${this.path} to its medium`, error);
    }
  }

  async resize(sizeBytes: number): Promise<void> {
    if (this.kind === 'block') {
      throw new BdsyncError('size-mismatch', `cannot resize ${this.path}: it is a block device`);
    }
    try {
      await this.#handle.truncate(sizeBytes);
    } catch (error) {
      throw deviceError('size-mismatch', `cannot resize ${this.path} to ${sizeBytes} bytes`, error);
    }
    this.#sizeBytes = sizeBytes;
  }

  async close(): Promise<void> {
    // Not before nothing is written any more.
    if (this.#hasLostWrites) await dropCached(this.#handle);
    await this.#handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
