import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import {BlockReader} from '../hash/block-reader.js';
import {pageAligned} from '../hash/page-aligned.js';
import {type PlacesRead, readPlaces} from '../hash/read-places.js';
import type {Extent} from './extents-and-runs.js';

/** Direct reads want position and length on such a boundary. */
const ALIGNMENT = 4096;
/** So much is read while as much is compared. */
const LOAD_BYTES = 1024 * 1024;
/** A drive is to have several reads at once, too, where all was written. */
const WINDOW_BYTES = 256 * 1024;
/** Extents so near to each other are read together. */
const NEAR_BYTES = 64 * 1024;

/** Extents that are read together, with what lies between them and around them up to the boundaries. */
interface Window {
  readonly start: number;
  readonly bytes: number;
  readonly extents: readonly Extent[];
}

/** Windows that are being read, one behind the other. */
interface Load {
  readonly windows: readonly Window[];
  readonly memory: Buffer;
  readonly read: Promise<PlacesRead>;
}

/** Reads what was written, past the page cache where the device allows it. */
export class ReadBack implements AsyncDisposable {
  readonly #device: Device;
  readonly #reader: BlockReader;
  readonly #freeMemory: Buffer[] = [];
  #load: Load | undefined;

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

  /**
   * Begins to read these extents back, and compares those before; their data must stay as they are until `finish`.
   *
   * @throws BdsyncError 'write' where the device has something else, and 'read': whatever comes first in the order of
   *   the extents.
   */
  async compare(extents: readonly Extent[]): Promise<void> {
    for (const windows of loadsOf(extents)) await this.#exchange(this.#begin(windows));
  }

  /** Compares what is still being read. Throws as `compare` does. */
  async finish(): Promise<void> {
    await this.#exchange(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#load?.read;
    this.#reader[Symbol.dispose]();
  }

  #begin(windows: readonly Window[]): Load {
    const memory = this.#freeMemory.pop() ?? pageAligned(LOAD_BYTES);
    let offset = 0;
    const places = windows.map(({start, bytes}) => {
      const buffer = memory.subarray(offset, offset + bytes);
      offset += bytes;
      return {position: start, buffer};
    });
    return {windows, memory, read: readPlaces(this.#reader, places)};
  }

  async #exchange(load: Load | undefined): Promise<void> {
    const before = this.#load;
    this.#load = load;
    if (!before) return;
    const {count, failure} = await before.read;
    let offset = 0;
    for (const window of before.windows.slice(0, count)) {
      this.#requireSame(window, before.memory.subarray(offset, offset + window.bytes));
      offset += window.bytes;
    }
    if (failure !== undefined) throw failure;
    this.#freeMemory.push(before.memory);
  }

  #requireSame({start, extents}: Window, content: Buffer): void {
    for (const {position, data} of extents) {
      const found = content.subarray(position - start, position - start + data.length);
      if (!found.equals(data)) throw this.#differs(position, found, data);
    }
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

/** As many windows at a time as there is room for; at least one. */
function* loadsOf(extents: readonly Extent[]): Generator<Window[], void> {
  let load: Window[] = [];
  let bytes = 0;
  for (const window of windowsOf(extents)) {
    if (bytes + window.bytes > LOAD_BYTES) {
      yield load;
      load = [];
      bytes = 0;
    }
    load.push(window);
    bytes += window.bytes;
  }
  if (load.length > 0) yield load;
}

/** An extent has 64 KiB at the most: there is room for any in a window. */
function* windowsOf(extents: readonly Extent[]): Generator<Window, void> {
  for (let first = 0; first < extents.length; ) {
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
    yield {start, bytes: alignUp(end) - start, extents: extents.slice(first, next)};
    first = next;
  }
}

function alignDown(position: number): number {
  return position - (position % ALIGNMENT);
}

function alignUp(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}
