import {setImmediate} from 'node:timers/promises';
import type {Device} from '../device/device.js';
import {WriteRefusal} from '../device/write-refusal.js';
import {heardLater} from '../heard-later.js';

/** How much adjacent data is gathered before it is written: a patch brings it in pieces of a block. */
const GATHER_BYTES = 2 * 1024 * 1024;

/** The system takes no more buffers at once. */
const MAX_GATHERED_BUFFERS = 1024;

/** From here on a write is worth another thread. */
const LARGE_WRITE_BYTES = 64 * 1024;

/** For so long at most signals wait for small writes. */
const MAX_BUSY_MS = 50;

/**
 * So much is written, then a sync is begun beside what follows, and the one before awaited. It keeps the medium busy from
 * early on; and the last sync, which shows no progress, has little to do.
 */
const SYNC_BYTES = 64 * 1024 * 1024;

/**
 * Writes extents to a device in the order in which they are added, adjacent ones together, and one write at a time.
 * What is written is brought to the medium meanwhile; a failure of that comes to light with a later call.
 */
export class ExtentWriter {
  readonly #device: Pick<Device, 'write' | 'writeNow' | 'sync'>;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #gatheredPosition = 0;
  #extents = 0;
  #writtenBytes = 0;
  #syncedBytes = 0;
  #hasBegun = false;
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #busySinceMs = performance.now();

  constructor(device: Pick<Device, 'write' | 'writeNow' | 'sync'>) {
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

  /** Whether the device may have taken anything: of a write that failed, too, a part, unless it was refused. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /**
   * May write what was gathered before, and throws what the device throws. `data` must stay as it is until it is
   * written, which `flush` sees to. The next extent may be added when the promise resolves, if there is one.
   */
  add(position: number, data: Uint8Array): Promise<void> | undefined {
    if (data.length === 0) return undefined;
    this.#extents += 1;
    const isAdjacent = position === this.#gatheredPosition + this.#gatheredBytes;
    const hasRoom = this.#gatheredBytes + data.length <= GATHER_BYTES && this.#gathered.length < MAX_GATHERED_BUFFERS;
    const flushed = isAdjacent && hasRoom ? undefined : this.#writeGathered();
    if (flushed !== undefined) return flushed.then(() => this.#gather(position, data));
    this.#gather(position, data);
    return undefined;
  }

  /** Returns when the device has taken all that was added. */
  async flush(): Promise<void> {
    await this.#writeGathered();
    await this.#writing;
  }

  /** Also waits for what is on its way to the medium; the device's `sync` brings the last of it there. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#syncing;
  }

  /** Returns when nothing is under way any more, whatever became of it; what was only gathered is let go. */
  async abandon(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing]);
  }

  #gather(position: number, data: Uint8Array): void {
    if (this.#gatheredBytes === 0) this.#gatheredPosition = position;
    this.#gathered.push(data);
    this.#gatheredBytes += data.length;
  }

  #writeGathered(): Promise<void> | undefined {
    if (this.#gatheredBytes === 0) return undefined;
    const isSmall = this.#gatheredBytes < LARGE_WRITE_BYTES;
    if (!isSmall || this.#writing !== undefined || this.#isSyncDue()) return this.#writeInTurn(isSmall);
    this.#writeSmall();
    return performance.now() - this.#busySinceMs > MAX_BUSY_MS ? this.#pause() : undefined;
  }

  async #writeInTurn(isSmall: boolean): Promise<void> {
    await this.#writing;
    this.#writing = undefined;
    if (this.#isSyncDue()) await this.#startSync();
    if (isSmall) this.#writeSmall();
    else this.#writing = heardLater(this.#writeLarge());
    this.#busySinceMs = performance.now();
  }

  #writeSmall(): void {
    const {buffers, bytes, position} = this.#takeGathered();
    try {
      this.#device.writeNow(buffers, position);
    } catch (error) {
      throw this.#noted(error);
    }
    this.#noteTaken(bytes);
  }

  async #writeLarge(): Promise<void> {
    const {buffers, bytes, position} = this.#takeGathered();
    try {
      await this.#device.write(buffers, position);
    } catch (error) {
      throw this.#noted(error);
    }
    this.#noteTaken(bytes);
  }

  #noteTaken(bytes: number): void {
    this.#hasBegun = true;
    this.#writtenBytes += bytes;
  }

  #noted(error: unknown): unknown {
    this.#hasBegun ||= !(error instanceof WriteRefusal);
    return error;
  }

  #takeGathered() {
    const run = {buffers: this.#gathered, bytes: this.#gatheredBytes, position: this.#gatheredPosition};
    this.#gathered = [];
    this.#gatheredBytes = 0;
    return run;
  }

  #isSyncDue(): boolean {
    return this.#writtenBytes - this.#syncedBytes >= SYNC_BYTES;
  }

  async #startSync(): Promise<void> {
    await this.#syncing;
    this.#syncedBytes = this.#writtenBytes;
    this.#syncing = heardLater(this.#device.sync());
  }

  async #pause(): Promise<void> {
    await setImmediate();
    this.#busySinceMs = performance.now();
  }
}
