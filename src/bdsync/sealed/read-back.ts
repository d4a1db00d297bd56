import {setImmediate as otherEvents} from 'node:timers/promises';
import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import {BlockReader} from '../hash/block-reader.js';
import {pageAligned} from '../hash/page-aligned.js';
import type {Extent} from './sealed-patch.js';

/** Direct reads want position and length on such a boundary. */
const ALIGNMENT = 4096;
const WINDOW_BYTES = 1024 * 1024;
/** Extents so near to each other are read together. */
const NEAR_BYTES = 64 * 1024;
/** For so long at most signals wait. */
const MAX_BUSY_MS = 50;

/** Reads what was written, past the page cache where the device allows it. */
export class ReadBack implements Disposable {
  readonly #device: Device;
  readonly #reader: BlockReader;
  readonly #window = pageAligned(WINDOW_BYTES);
  #busySinceMs = performance.now();

  /** To be made when all has been synced, and the device has its final size. */
  constructor(device: Device) {
    this.#device = device;
    const {descriptor, path, sizeBytes} = device;
    this.#reader = new BlockReader({descriptor, path, sizeBytes, isDirect: true});
  }

  /** Whether all that was read came past the page cache. */
  get isDirect(): boolean {
    return this.#reader.isDirect;
  }

  /** @throws BdsyncError 'write' where the device has something else, and 'read'. */
  async compare(extents: readonly Extent[]): Promise<void> {
    for (let index = 0; index < extents.length; ) {
      index = this.#compareTogether(extents, index);
      if (performance.now() - this.#busySinceMs < MAX_BUSY_MS) continue;
      await otherEvents();
      this.#busySinceMs = performance.now();
    }
  }

  /** Compares as many as fit into one window, at least one; returns the index of the next one. */
  #compareTogether(extents: readonly Extent[], first: number): number {
    const start = alignDown(extents[first]?.position ?? 0);
    let end = start;
    let next = first;
    for (let extent = extents[next]; extent; extent = extents[next]) {
      const extentEnd = extent.position + extent.data.length;
      const isNear = extent.position >= start && extent.position <= end + NEAR_BYTES;
      if (next > first && (!isNear || alignUp(extentEnd) - start > WINDOW_BYTES)) break;
      end = Math.max(end, extentEnd);
      next += 1;
    }
    const window = this.#window.subarray(0, alignUp(end) - start);
    this.#reader.read(window, start);
    for (const {position, data} of extents.slice(first, next)) {
      const found = window.subarray(position - start, position - start + data.length);
      if (!found.equals(data)) throw this.#differs(position, found, data);
    }
    return next;
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  #differs(position: number, found: Uint8Array, data: Uint8Array): BdsyncError {
    const at =
      position +
      Math.max(
        0,
        data.findIndex((byte, index) => byte !== found[index]),
      );
    return new BdsyncError(
      'write',
      `${this.#device.path} does not keep what is written: at position ${at} it reads back something else`,
    );
  }
}

function alignDown(position: number): number {
  return position - (position % ALIGNMENT);
}

function alignUp(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}
