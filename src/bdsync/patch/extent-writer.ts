import type {Device} from '../device/device.js';

/** How much adjacent data is gathered before it is written: a patch brings it in pieces of a block. */
const GATHER_BYTES = 1024 * 1024;

/**
 * How much may be on its way to the medium: a sync shows no progress, so none should take long, the last one included.
 */
const SYNC_BYTES = 256 * 1024 * 1024;

/** Writes extents to a device in the order in which they are added, adjacent ones together. */
export class ExtentWriter {
  readonly #device: Pick<Device, 'write' | 'sync'>;
  readonly #gathered = Buffer.allocUnsafe(GATHER_BYTES);
  #gatheredBytes = 0;
  #gatheredPosition = 0;
  #extents = 0;
  #writtenBytes = 0;
  #syncedBytes = 0;
  #hasBegun = false;

  constructor(device: Pick<Device, 'write' | 'sync'>) {
    this.#device = device;
  }

  /** Extents added that had any data. */
  get extents(): number {
    return this.#extents;
  }

  /** Bytes that the device has taken so far. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Whether the device was given anything: of a write that failed, too, it may have taken a part. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Takes a copy of `data`; may write what was gathered before. Throws what the device throws. */
  async add(position: number, data: Uint8Array): Promise<void> {
    if (data.length === 0) return;
    this.#extents += 1;
    const isAdjacent = position === this.#gatheredPosition + this.#gatheredBytes;
    if (!isAdjacent || this.#gatheredBytes + data.length > GATHER_BYTES) await this.flush();
    if (this.#gatheredBytes === 0) this.#gatheredPosition = position;
    this.#gathered.set(data, this.#gatheredBytes);
    this.#gatheredBytes += data.length;
  }

  /** Writes what is still gathered; it is the device's `sync` that brings all of it to the medium. */
  async flush(): Promise<void> {
    const bytes = this.#gatheredBytes;
    if (bytes === 0) return;
    this.#gatheredBytes = 0;
    this.#hasBegun = true;
    await this.#device.write(this.#gathered.subarray(0, bytes), this.#gatheredPosition);
    this.#writtenBytes += bytes;
    if (this.#writtenBytes - this.#syncedBytes < SYNC_BYTES) return;
    await this.#device.sync();
    this.#syncedBytes = this.#writtenBytes;
  }
}
