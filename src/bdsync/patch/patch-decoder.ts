import {BdsyncError} from '../errors.js';
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

/** One field of the format: the parser asks for so many bytes, and `what` says of what when the patch ends early. */
interface Wanted {
  readonly bytes: number;
  readonly what: string;
}

const NOTHING = new Uint8Array(0);
const EXTENT_HEADER: Wanted = {bytes: EXTENT_HEADER_BYTES, what: 'header of an extent'};
const MAGIC_WORD = 'BDSYNC ';

/**
 * Turns the bytes of a patch, in whatever pieces they come, into events: one header, the extents in the patch's order,
 * one end. It keeps no more than one field (64 KiB) between two pushes.
 *
 * Every method throws BdsyncError 'invalid-patch' with the byte offset of what is wrong: another format or version,
 * lengths or positions out of range, an early end, bytes after the end. After an error the decoder is spent.
 */
export class PatchDecoder {
  readonly #parser = this.#parse();
  #events: PatchEvent[] = [];
  #wanted: Wanted | undefined;
  /** The part of the wanted field that earlier pushes brought; its buffer has the size of the field. */
  #partial: Uint8Array = NOTHING;
  #partialBytes = 0;
  /** Offset in the patch of the field that the parser got last, and of the one that it waits for. */
  #fieldOffset = 0;
  #nextOffset = 0;
  /** As the header has it. */
  #sizeBytes = 0;

  constructor() {
    this.#resume(NOTHING);
  }

  /** The events that `chunk` completes, in order. */
  push(chunk: Uint8Array): readonly PatchEvent[] {
    this.#events = [];
    let rest = chunk;
    while (this.#wanted && rest.length > 0) {
      rest = this.#takeWholeExtents(rest);
      rest = this.#feed(rest, this.#wanted);
    }
    if (rest.length > 0) throw invalidPatch(`has bytes after its end at offset ${this.#nextOffset}`);
    return this.#events;
  }

  /** To be called where the bytes end: throws unless the patch ends there, too. */
  finish(): void {
    if (!this.#wanted) return;
    const endOffset = this.#nextOffset + this.#partialBytes;
    if (endOffset === 0) throw invalidPatch('is empty');
    throw invalidPatch(`ends early at offset ${endOffset}, in the ${this.#wanted.what}`);
  }

  /**
   * The extents at the start of `bytes` that are there from end to end; returns the bytes behind them. Nearly all of a
   * patch goes this way, which takes a third of the parser's time. What is in any way special is left to the parser.
   */
  #takeWholeExtents(bytes: Uint8Array): Uint8Array {
    if (this.#wanted !== EXTENT_HEADER || this.#partialBytes > 0) return bytes;
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
    this.#nextOffset += taken;
    return bytes.subarray(taken);
  }

  /** Gives the parser its wanted field when `bytes` completes it; returns the bytes behind it. */
  #feed(bytes: Uint8Array, wanted: Wanted): Uint8Array {
    const missing = wanted.bytes - this.#partialBytes;
    if (this.#partialBytes === 0 && bytes.length >= missing) {
      this.#resume(bytes.subarray(0, missing));
      return bytes.subarray(missing);
    }
    if (this.#partialBytes === 0) this.#partial = new Uint8Array(wanted.bytes);
    const taken = bytes.subarray(0, missing);
    this.#partial.set(taken, this.#partialBytes);
    this.#partialBytes += taken.length;
    if (this.#partialBytes === wanted.bytes) {
      const field = this.#partial;
      this.#partial = NOTHING;
      this.#partialBytes = 0;
      this.#resume(field);
    }
    return bytes.subarray(taken.length);
  }

  /** Runs the parser up to its next field that is not empty; `#wanted` is undefined when the patch is complete. */
  #resume(field: Uint8Array): void {
    let current = field;
    do {
      this.#fieldOffset = this.#nextOffset;
      this.#nextOffset += current.length;
      const step = this.#parser.next(current);
      this.#wanted = step.done ? undefined : step.value;
      current = NOTHING;
    } while (this.#wanted?.bytes === 0);
  }

  *#parse(): Generator<Wanted, void, Uint8Array> {
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
          `has an extent outside of its device at offset ${this.#fieldOffset}: ${place}, the device has ` +
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

  *#parseHeader(): Generator<Wanted, PatchHeader, Uint8Array> {
    const view = viewOf(yield {bytes: SIZE_AND_NAME_LENGTH_BYTES, what: 'header'});
    const sizeBytes = readU64(view, 0);
    if (sizeBytes === undefined) throw invalidPatch(`claims an impossible device size at offset ${this.#fieldOffset}`);
    const nameBytes = view.getUint16(8, true);
    if (nameBytes > MAX_DEVICE_NAME_BYTES) {
      throw invalidPatch(`has an oversized device name (${nameBytes} bytes) at offset ${this.#fieldOffset + 8}`);
    }
    const deviceName = yield {bytes: nameBytes, what: 'device name'};
    return {sizeBytes, deviceName: Uint8Array.from(deviceName)};
  }

  *#parseChecksum(): Generator<Wanted, PatchChecksum | undefined, Uint8Array> {
    const nameBytes = yield* this.#parseChecksumLength('name');
    if (nameBytes === 0) return undefined;
    const name = Buffer.from(yield {bytes: nameBytes, what: 'name of the checksum'}).toString();
    const valueBytes = yield* this.#parseChecksumLength('value');
    const value = yield {bytes: valueBytes, what: 'checksum'};
    return {name, value: Uint8Array.from(value)};
  }

  *#parseChecksumLength(what: 'name' | 'value'): Generator<Wanted, number, Uint8Array> {
    const [length = 0] = yield {bytes: 1, what: `length of the checksum's ${what}`};
    if (length > MAX_CHECKSUM_FIELD_BYTES) {
      throw invalidPatch(`has an oversized checksum ${what} (${length} bytes) at offset ${this.#fieldOffset}`);
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
