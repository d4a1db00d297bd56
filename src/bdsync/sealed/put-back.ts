import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import {BlockReader} from '../hash/block-reader.js';
import {pageAligned} from '../hash/page-aligned.js';
import type {ExtentWriter} from '../patch/extent-writer.js';
import type {Extent} from './extents-and-runs.js';
import {MAX_RECORD_BYTES} from './undo-journal-format.js';

/** Holes are so large at least, and direct reads want such a boundary. */
const PAGE_BYTES = 4096;
const ZEROS = Buffer.alloc(PAGE_BYTES);

/**
 * Writes old content back, all but zeros that are still there: written into a hole they take room, and it may be for want
 * of room that all is undone. Whether they are there is for the medium to say: where a sync has failed before, the page
 * cache may have what the medium has not.
 */
export class PutBack implements Disposable {
  readonly #reader: BlockReader;
  readonly #writer: ExtentWriter;
  /** A record may begin and end within a page. */
  readonly #memory = pageAligned(MAX_RECORD_BYTES + 2 * PAGE_BYTES);

  /** To be made when the device has at least the size that it had. */
  constructor({descriptor, path, sizeBytes}: Device, writer: ExtentWriter) {
    this.#reader = new BlockReader({descriptor, path, sizeBytes, isDirect: true});
    this.#writer = writer;
  }

  /** One record of the journal. Its data must stay as they are until the writer has finished. */
  async add(record: Extent): Promise<void> {
    const pages = [...pagesOf(record)];
    const found = pages.some(isZeros) ? await this.#readIfPossible(record) : undefined;
    for (const {position, data} of pages) {
      const offset = position - record.position;
      const isThere = isZeros({data}) && found?.subarray(offset, offset + data.length).equals(data);
      if (!isThere) await this.#writer.add(position, data);
    }
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  /** What cannot be read may well be written. */
  async #readIfPossible({position, data}: Extent): Promise<Buffer | undefined> {
    const offset = position % PAGE_BYTES;
    const bytes = Math.ceil((offset + data.length) / PAGE_BYTES) * PAGE_BYTES;
    try {
      await this.#reader.readMeanwhile(this.#memory.subarray(0, bytes), position - offset);
    } catch (error) {
      if (error instanceof BdsyncError && error.code === 'read') return undefined;
      throw error;
    }
    return this.#memory.subarray(offset, offset + data.length);
  }
}

function* pagesOf({position, data}: Extent): Generator<Extent, void> {
  for (let start = 0; start < data.length; ) {
    const end = Math.min(start + PAGE_BYTES - ((position + start) % PAGE_BYTES), data.length);
    yield {position: position + start, data: data.subarray(start, end)};
    start = end;
  }
}

function isZeros({data}: Pick<Extent, 'data'>): boolean {
  return ZEROS.subarray(0, data.length).equals(data);
}
