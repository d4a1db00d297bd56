import {createHash} from 'node:crypto';
import {BdsyncError} from '../errors.js';
import {readU64, viewOf} from '../wire-integer.js';
import {FieldFeed, type FieldParser, type WantedField} from './field-feed.js';
import {
  MAX_DIGEST_BYTES,
  MAX_DIGEST_NAME_BYTES,
  MAX_IDENTITY_BYTES,
  MAX_SALT_BYTES,
  MAX_SEALED_BLOCK_BYTES,
  RUN_HEADER_BYTES,
  SEAL_END_MARK,
  SEAL_MAGIC,
  type SealHeader,
  SHA256_BYTES,
} from './seal-format.js';

export type SealEvent =
  | {readonly kind: 'header'; readonly header: SealHeader}
  /**
   * Differing blocks from `position` on, by the digests of what the target had, one behind the other. These may show
   * the bytes that were pushed.
   */
  | {readonly kind: 'blocks'; readonly position: number; readonly count: number; readonly digests: Uint8Array}
  /** `sha256` is the one at the end of the seal, which tells one sealed patch from all others. */
  | {readonly kind: 'end'; readonly sha256: Uint8Array};

/** A run may have billions of blocks: so many of their digests come at once. */
const MAX_DIGESTS_AT_ONCE = 1024;
const MAGIC = Buffer.from(SEAL_MAGIC);

/**
 * Turns the bytes behind a patch, in whatever pieces they come, into events: one header, the blocks, one end. Nothing
 * that it told is to be trusted before it told of the end, which it does when all is whole. Whether positions fit to the
 * patch's extents is for others to see.
 *
 * Every method throws BdsyncError 'invalid-patch' with the byte offset of what is wrong; offsets count from the
 * beginning of the patch. After an error the decoder is spent.
 */
export class SealDecoder {
  readonly #patchBytes: number;
  readonly #patchSha256: Uint8Array;
  readonly #feed: FieldFeed;
  readonly #hash = createHash('sha256');
  #events: SealEvent[] = [];
  /** Where the digest of the seal itself begins, once that is known. */
  #closingOffset: number | undefined;
  #closingSha256: Uint8Array | undefined;

  /** What was found before the seal. */
  constructor({patchBytes, patchSha256}: {readonly patchBytes: number; readonly patchSha256: Uint8Array}) {
    this.#patchBytes = patchBytes;
    this.#patchSha256 = patchSha256;
    this.#feed = new FieldFeed(this.#parse(), patchBytes);
    this.#feed.start();
  }

  /** The events that `chunk` completes, in order. */
  push(chunk: Uint8Array): readonly SealEvent[] {
    this.#events = [];
    const offset = this.#feed.endOffset;
    this.#requireMagic(chunk, offset);
    let rest = chunk;
    while (this.#feed.wanted && rest.length > 0) rest = this.#feed.feed(rest);
    const isComplete = this.#feed.wanted === undefined;
    if (rest.length > 0) throw this.#invalid(`is followed by other bytes at offset ${this.#feed.nextOffset}`);
    const hashedBytes = this.#closingOffset === undefined ? chunk.length : Math.max(0, this.#closingOffset - offset);
    this.#hash.update(chunk.subarray(0, hashedBytes));
    if (isComplete && chunk.length > 0) this.#close();
    return this.#events;
  }

  /** To be called where the bytes end: throws unless the seal ends there, too. */
  finish(): void {
    const {wanted, endOffset} = this.#feed;
    if (wanted) throw this.#invalid(`ends early at offset ${endOffset}, in the ${wanted.what}`);
  }

  /** What is no seal from its first byte on is something else. */
  #requireMagic(chunk: Uint8Array, offset: number): void {
    const from = offset - this.#patchBytes;
    if (from >= MAGIC.length) return;
    const expected = MAGIC.subarray(from, from + chunk.length);
    if (expected.equals(chunk.subarray(0, expected.length))) return;
    throw new BdsyncError('invalid-patch', `the patch has bytes after its end at offset ${this.#patchBytes}`);
  }

  #close(): void {
    const found = this.#hash.digest();
    if (this.#closingSha256 === undefined || !found.equals(this.#closingSha256)) {
      throw this.#invalid(`is damaged: its SHA-256 at offset ${this.#closingOffset} does not agree`);
    }
    this.#events.push({kind: 'end', sha256: this.#closingSha256});
  }

  *#parse(): FieldParser {
    yield {bytes: MAGIC.length, what: 'first line'};
    const header = yield* this.#parseHeader();
    this.#events.push({kind: 'header', header});
    for (;;) {
      const view = viewOf(yield {bytes: RUN_HEADER_BYTES, what: 'header of a run of blocks'});
      const position = readU64(view, 0);
      const count = view.getUint32(8, true);
      if (position === 0 && count === 0) break;
      yield* this.#parseRun(header, position, count);
    }
    this.#closingOffset = this.#feed.nextOffset;
    this.#closingSha256 = Uint8Array.from(yield {bytes: SHA256_BYTES, what: 'SHA-256 of the seal'});
    const mark = Buffer.from(yield {bytes: SEAL_END_MARK.length, what: 'last line'}).toString('latin1');
    if (mark !== SEAL_END_MARK) throw this.#invalid(`has no proper last line at offset ${this.#feed.fieldOffset}`);
  }

  *#parseRun(header: SealHeader, start: number | undefined, count: number): FieldParser {
    const {blockBytes, digestBytes} = header;
    const offset = this.#feed.fieldOffset;
    const end = (start ?? 0) + count * blockBytes;
    if (start === undefined || count === 0 || start % blockBytes !== 0 || !Number.isSafeInteger(end)) {
      const run = `${count} blocks of ${blockBytes} bytes at ${start ?? 'no position that a device can have'}`;
      throw this.#invalid(`has an impossible run of blocks at offset ${offset}: ${run}`);
    }
    for (let first = 0; first < count; first += MAX_DIGESTS_AT_ONCE) {
      const taken = Math.min(MAX_DIGESTS_AT_ONCE, count - first);
      const position = start + first * blockBytes;
      const digests = yield {bytes: taken * digestBytes, what: `digests of the blocks at position ${position}`};
      this.#events.push({kind: 'blocks', position, count: taken, digests});
    }
  }

  *#parseHeader(): Generator<WantedField, SealHeader, Uint8Array> {
    const patchBytes = yield* this.#parseU64('length of the patch');
    if (patchBytes !== this.#patchBytes) {
      const trouble = `is for a patch of ${patchBytes} bytes at offset ${this.#feed.fieldOffset}`;
      throw this.#invalid(`${trouble}, this one has ${this.#patchBytes}`);
    }
    const patchSha256 = Uint8Array.from(yield {bytes: SHA256_BYTES, what: 'SHA-256 of the patch'});
    if (!Buffer.from(patchSha256).equals(this.#patchSha256)) {
      throw this.#invalid(
        `is for another patch at offset ${this.#feed.fieldOffset}: the SHA-256 of the patch does not agree`,
      );
    }
    const targetBytes = yield* this.#parseU64('size of the target');
    const comparedBytes = yield* this.#parseU64('compared size of the target');
    if (comparedBytes > targetBytes) {
      const trouble = `claims to have compared ${comparedBytes} bytes of a target of ${targetBytes}`;
      throw this.#invalid(`${trouble} at offset ${this.#feed.fieldOffset}`);
    }
    const targetIdentity = yield* this.#parseIdentity();
    const digestName = yield* this.#parseBytes("digest's name", 1, MAX_DIGEST_NAME_BYTES);
    const digest = Buffer.from(digestName).toString();
    const digestBytes = yield* this.#parseLength('digest', 1, MAX_DIGEST_BYTES);
    const salt = Uint8Array.from(yield* this.#parseBytes('salt', 0, MAX_SALT_BYTES));
    const blockBytes = yield* this.#parseU64('size of the blocks');
    this.#requireLength('blocks', blockBytes, 1, MAX_SEALED_BLOCK_BYTES);
    const target = {targetBytes, comparedBytes, targetIdentity};
    return {patchBytes, patchSha256, ...target, digest, digestBytes, salt, blockBytes};
  }

  *#parseU64(what: string): Generator<WantedField, number, Uint8Array> {
    const value = readU64(viewOf(yield {bytes: 8, what}), 0);
    if (value === undefined) throw this.#invalid(`claims an impossible ${what} at offset ${this.#feed.fieldOffset}`);
    return value;
  }

  *#parseIdentity(): Generator<WantedField, string, Uint8Array> {
    const length = viewOf(yield {bytes: 2, what: 'length of the identity'}).getUint16(0, true);
    this.#requireLength('identity', length, 0, MAX_IDENTITY_BYTES);
    return Buffer.from(yield {bytes: length, what: 'identity'}).toString();
  }

  *#parseBytes(what: string, minimum: number, maximum: number): Generator<WantedField, Uint8Array, Uint8Array> {
    const length = yield* this.#parseLength(what, minimum, maximum);
    return yield {bytes: length, what};
  }

  *#parseLength(what: string, minimum: number, maximum: number): Generator<WantedField, number, Uint8Array> {
    const [length = 0] = yield {bytes: 1, what: `length of the ${what}`};
    this.#requireLength(what, length, minimum, maximum);
    return length;
  }

  #requireLength(what: string, bytes: number, minimum: number, maximum: number): void {
    if (bytes >= minimum && bytes <= maximum) return;
    const limits = `${minimum} to ${maximum} are allowed`;
    throw this.#invalid(`claims ${bytes} bytes for its ${what} at offset ${this.#feed.fieldOffset}: ${limits}`);
  }

  #invalid(trouble: string): BdsyncError {
    return new BdsyncError('invalid-patch', `the seal of the patch ${trouble}`);
  }
}
