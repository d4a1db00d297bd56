import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import {BlockReader} from '../hash/block-reader.js';
import {type Place, readPlaces} from '../hash/read-places.js';

/** A place of a target, with what it had and what it is to get, as long as each other. */
export interface TwoContents {
  readonly position: number;
  readonly old: Uint8Array;
  readonly new: Uint8Array;
}

/** So much is read at once, of so many places at the most. No place is longer. */
const LOAD_BYTES = 1024 * 1024;
const LOAD_PLACES = 4096;
/** A device takes as much as this as a whole or not at all, whatever breaks off. */
const SECTOR_BYTES = 512;
/** A place that cannot be read is so, mostly, for such a part of it. */
const PAGE_BYTES = 4096;

/** Looks whether a target has nothing but what it had or is to get: sector by sector, for writing may have broken off. */
export class OldOrNew implements Disposable {
  readonly #path: string;
  readonly #reader: BlockReader;
  readonly #memory = Buffer.allocUnsafeSlow(LOAD_BYTES);
  #places: TwoContents[] = [];
  #bytes = 0;

  constructor({descriptor, path, sizeBytes}: Device) {
    this.#path = path;
    this.#reader = new BlockReader({descriptor, path, sizeBytes, isDirect: false});
  }

  /**
   * One more place, which may be looked at later: its contents must stay as they are until `finish`. What cannot be read
   * may be written, and counts as that.
   *
   * @throws BdsyncError 'target-changed' naming the first place with something else.
   */
  async add(place: TwoContents): Promise<void> {
    const {length} = place.old;
    if (length === 0) return;
    if (this.#bytes + length > LOAD_BYTES || this.#places.length === LOAD_PLACES) await this.finish();
    this.#places.push(place);
    this.#bytes += length;
  }

  /** Looks at what it has not looked at yet. Throws as `add` does. */
  async finish(): Promise<void> {
    const runs = this.#runs();
    this.#places = [];
    this.#bytes = 0;
    for (let done = 0; done < runs.length; ) {
      const {count, failure} = await readPlaces(this.#reader, runs.slice(done));
      for (const run of runs.slice(done, done + count)) this.#check(run);
      done += count;
      const bad = runs[done];
      if (failure === undefined || bad === undefined) continue;
      for (const place of bad.places) await this.#checkReadable(place);
      done += 1;
    }
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  /** Places that lie side by side are read together. */
  #runs(): Run[] {
    const runs: Run[] = [];
    let offset = 0;
    for (let first = 0; first < this.#places.length; ) {
      const position = this.#places[first]?.position ?? 0;
      let end = position;
      let next = first;
      for (let place = this.#places[next]; place?.position === end; place = this.#places[next]) {
        end += place.old.length;
        next += 1;
      }
      const buffer = this.#memory.subarray(offset, offset + end - position);
      runs.push({position, buffer, places: this.#places.slice(first, next)});
      offset += buffer.length;
      first = next;
    }
    return runs;
  }

  #check({position, buffer, places}: Run): void {
    for (const place of places) {
      const offset = place.position - position;
      this.#require(place, buffer.subarray(offset, offset + place.old.length));
    }
  }

  async #checkReadable(place: TwoContents): Promise<void> {
    for (const part of partsOf(place, PAGE_BYTES)) {
      const found = this.#memory.subarray(0, part.old.length);
      try {
        await this.#reader.readMeanwhile(found, part.position);
      } catch (error) {
        if (error instanceof BdsyncError && error.code === 'read') continue;
        throw error;
      }
      this.#require(part, found);
    }
  }

  #require(place: TwoContents, found: Buffer): void {
    if (found.equals(place.new) || found.equals(place.old)) return;
    for (const part of partsOf(place, SECTOR_BYTES)) {
      const offset = part.position - place.position;
      const sector = found.subarray(offset, offset + part.old.length);
      if (!sector.equals(part.new) && !sector.equals(part.old)) throw this.#changed(part.position);
    }
  }

  #changed(position: number): BdsyncError {
    const place = `at position ${position} it has neither what it had before nor what the patch brings`;
    const trouble = `${this.#path} was changed by others since the application of the patch was interrupted: ${place}`;
    return new BdsyncError('target-changed', trouble, {hint: 'nothing was written; compare it anew'});
  }
}

interface Run extends Place {
  readonly buffer: Buffer;
  readonly places: readonly TwoContents[];
}

/** Cut where the device has a boundary of `bytes`. */
function* partsOf({position, old, new: brought}: TwoContents, bytes: number): Generator<TwoContents, void> {
  for (let start = 0; start < old.length; ) {
    const end = Math.min(start + bytes - ((position + start) % bytes), old.length);
    yield {position: position + start, old: old.subarray(start, end), new: brought.subarray(start, end)};
    start = end;
  }
}
