import {BdsyncError} from '../errors.js';
import {FieldFeed, type FieldParser, type WantedField} from './field-feed.js';
import {
  EXTENT_HEADER_BYTES,
  MAX_CHECKSUM_FIELD_BYTES,
  MAX_DEVICE_NAME_BYTES,
  PATCH_MAGIC,
  type PatchChecksum,
  type PatchHeader,
  SIZE_AND_NAME_LENGTH_BYTES,
} from './patch-format.js';
import {readU64, viewOf} from '../wire-integer.js';

export type PatchEvent =
  | {readonly kind: 'header'; readonly header: PatchHeader}
  /** `data` may show the bytes that were pushed: it holds as long as these stay unchanged. */
  | {readonly kind: 'extent'; readonly position: number; readonly data: Uint8Array}
  | {readonly kind: 'end'; readonly checksum?: PatchChecksum};

const EXTENT_HEADER: WantedField = {bytes: EXTENT_HEADER_BYTES, what: 'header of an extent'};
const MAGIC_WORD = 'BDSYNC ';

/**
 * Turns the bytes of a patch, in whatever pieces they come, into events: one header, the extents in the patch's order,
 * one end. It keeps no more than one field (64 KiB) between two pushes.
 *
 * Every method throws BdsyncError 'invalid-patch' with the byte offset of what is wrong: another format or version,
 * lengths or positions out of range, an early end, bytes after the end. After an error the decoder is spent.
 */
export class PatchDecoder {
  readonly #feed = new FieldFeed(this.#parse());
  readonly #leavesRest: boolean;
  #rest: Uint8Array = new Uint8Array(0);
  #events: PatchEvent[] = [];
  /** As the header has it. */
  #sizeBytes = 0;

  /** Bytes after the end are an error unless the decoder `leavesRest`. */
  constructor({leavesRest = false}: {readonly leavesRest?: boolean} = {}) {
    this.#leavesRest = leavesRest;
    this.#feed.start();
  }

  /** Where the patch ends, once it has; before, how far the decoder has come. */
  get patchBytes(): number {
    return this.#feed.nextOffset;
  }

  /** What the last push brought behind the patch's end. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /** The events that `chunk` completes, in order. */
  push(chunk: Uint8Array): readonly PatchEvent[] {
    this.#events = [];
    let rest = chunk;
    while (this.#feed.wanted && rest.length > 0) {
      rest = this.#takeWholeExtents(rest);
      rest = this.#feed.feed(rest);
    }
    if (rest.length > 0 && !this.#leavesRest) {
      throw invalidPatch(`has bytes after its end at offset ${this.#feed.nextOffset}`);
    }
    this.#rest = rest;
    return this.#events;
  }

  /** To be called where the bytes end: throws unless the patch ends there, too. */
  finish(): void {
    const {wanted, endOffset} = this.#feed;
    if (!wanted) return;
    if (endOffset === 0) throw invalidPatch('is empty');
    throw invalidPatch(`ends early at offset ${endOffset}, in the ${wanted.what}`);
  }

  /**
   * The extents at the start of `bytes` that are there from end to end; returns the bytes behind them. Nearly all of a
   * patch goes this way, which takes a third of the parser's time. What is in any way special is left to the parser.
   */
  #takeWholeExtents(bytes: Uint8Array): Uint8Array {
    if (this.#feed.wanted !== EXTENT_HEADER || !this.#feed.isBetweenFields) return bytes;
    const view = viewOf(bytes);
    let taken = 0;
    while (taken + EXTENT_HEADER_BYTES < bytes.length) {
      const position = readU64(view, taken);
      const length = view.getUint16(taken + 8, true);
      const start = taken + EXTENT_HEADER_BYTES;
      const end = start + length;
      if (length === 0 || end > bytes.length || position === undefined) break;
      if (position + length > this.#sizeBytes) break;
      this.#events.push({kind: 'extent', position, data: bytes.subarray(start, end)});
      taken = end;
    }
    this.#feed.skip(taken);
    return bytes.subarray(taken);
  }

  *#parse(): FieldParser {
    checkMagic(yield {bytes: PATCH_MAGIC.length, what: 'first line'});
    const header = yield* this.#parseHeader();
    this.#sizeBytes = header.sizeBytes;
    this.#events.push({kind: 'header', header});
    for (;;) {
      const view = viewOf(yield EXTENT_HEADER);
      const length = view.getUint16(8, true);
      const position = readU64(view, 0);
      if (position === undefined || position + length > header.sizeBytes) {
        const place = position === undefined ? 'no position that a device can have' : `${length} bytes at ${position}`;
        throw invalidPatch(
          `has an extent outside of its device at offset ${this.#feed.fieldOffset}: ${place}, the device has ` +
            `${header.sizeBytes} bytes`,
        );
      }
      if (position === 0 && length === 0) break;
      const data = yield {bytes: length, what: `data of the extent at position ${position}`};
      this.#events.push({kind: 'extent', position, data});
    }
    const checksum = yield* this.#parseChecksum();
    this.#events.push({kind: 'end', ...(checksum && {checksum})});
  }

  *#parseHeader(): Generator<WantedField, PatchHeader, Uint8Array> {
    const view = viewOf(yield {bytes: SIZE_AND_NAME_LENGTH_BYTES, what: 'header'});
    const sizeBytes = readU64(view, 0);
    if (sizeBytes === undefined)
      throw invalidPatch(`claims an impossible device size at offset ${this.#feed.fieldOffset}`);
    const nameBytes = view.getUint16(8, true);
    if (nameBytes > MAX_DEVICE_NAME_BYTES) {
      throw invalidPatch(`has an oversized device name (${nameBytes} bytes) at offset ${this.#feed.fieldOffset + 8}`);
    }
    const deviceName = yield {bytes: nameBytes, what: 'device name'};
    return {sizeBytes, deviceName: Uint8Array.from(deviceName)};
  }

  *#parseChecksum(): Generator<WantedField, PatchChecksum | undefined, Uint8Array> {
    const nameBytes = yield* this.#parseChecksumLength('name');
    if (nameBytes === 0) return undefined;
    const name = Buffer.from(yield {bytes: nameBytes, what: 'name of the checksum'}).toString();
    const valueBytes = yield* this.#parseChecksumLength('value');
    const value = yield {bytes: valueBytes, what: 'checksum'};
    return {name, value: Uint8Array.from(value)};
  }

  *#parseChecksumLength(what: 'name' | 'value'): Generator<WantedField, number, Uint8Array> {
    const [length = 0] = yield {bytes: 1, what: `length of the checksum's ${what}`};
    if (length > MAX_CHECKSUM_FIELD_BYTES) {
      throw invalidPatch(`has an oversized checksum ${what} (${length} bytes) at offset ${this.#feed.fieldOffset}`);
    }
    return length;
  }
}

function checkMagic(bytes: Uint8Array): void {
  const line = Buffer.from(bytes).toString('latin1');
  if (line === PATCH_MAGIC) return;
  if (!line.startsWith(MAGIC_WORD)) throw invalidPatch(`does not begin with '${MAGIC_WORD}': it is no bdsync patch`);
  throw invalidPatch(`is of an unknown version at offset ${MAGIC_WORD.length}`, `only ${PATCH_MAGIC.trim()} is known`);
}

function invalidPatch(trouble: string, hint?: string): BdsyncError {
  return new BdsyncError('invalid-patch', `the patch ${trouble}`, {hint});
}
