import {createHash} from 'node:crypto';
import {BdsyncError} from '../errors.js';
import {FieldFeed, type FieldParser, type WantedField} from '../patch/field-feed.js';
import {MAX_IDENTITY_BYTES, SHA256_BYTES} from '../patch/seal-format.js';
import {readU64, viewOf} from '../wire-integer.js';
import {JOURNAL_MAGIC, type JournalHeader, MAX_RECORD_BYTES, RECORD_HEADER_BYTES} from './undo-journal-format.js';
import {foreignJournal} from './whose-journal.js';

export type JournalEvent =
  | {readonly kind: 'header'; readonly header: JournalHeader}
  /** `data` may show the bytes that were pushed. */
  | {readonly kind: 'record'; readonly position: number; readonly data: Uint8Array}
  | {readonly kind: 'end'; readonly records: number};

/**
 * Turns the bytes of a journal, in whatever pieces they come, into events: one header, the records, one end. What it
 * tells of has been checked: the header and each record by its own SHA-256.
 *
 * Every method throws BdsyncError 'journal' with the byte offset of what is wrong. After an error the decoder is spent.
 */
export class JournalDecoder {
  readonly #path: string;
  readonly #feed: FieldFeed;
  readonly #checks = createHash('sha256');
  #events: JournalEvent[] = [];

  /** `path` is for messages. */
  constructor(path: string) {
    this.#path = path;
    this.#feed = new FieldFeed(this.#parse());
    this.#feed.start();
  }

  push(chunk: Uint8Array): readonly JournalEvent[] {
    this.#events = [];
    let rest = chunk;
    while (this.#feed.wanted && rest.length > 0) rest = this.#feed.feed(rest);
    if (rest.length > 0) throw this.#damaged(`bytes after its end at offset ${this.#feed.nextOffset}`);
    return this.#events;
  }

  /** To be called where the bytes end: throws unless the journal ends there, too. */
  finish(): void {
    const {wanted, endOffset} = this.#feed;
    if (endOffset < JOURNAL_MAGIC.length) throw foreignJournal(this.#path);
    if (wanted) throw this.#damaged(`it ends early at offset ${endOffset}, in the ${wanted.what}`);
  }

  *#parse(): FieldParser {
    const magic = yield {bytes: JOURNAL_MAGIC.length, what: 'first line'};
    if (Buffer.from(magic).toString('latin1') !== JOURNAL_MAGIC) throw foreignJournal(this.#path);
    const header = yield* this.#parseHeader(magic);
    this.#events.push({kind: 'header', header});
    for (let records = 0; ; records += 1) {
      const fields = Uint8Array.from(yield {bytes: RECORD_HEADER_BYTES, what: 'header of a record'});
      const view = viewOf(fields);
      const length = view.getUint32(8, true);
      const position = readU64(view, 0);
      if (length === 0 && position === records) {
        yield* this.#parseEnd(fields);
        this.#events.push({kind: 'end', records});
        return;
      }
      yield* this.#parseRecord(header, fields, position, length);
    }
  }

  *#parseHeader(magic: Uint8Array): Generator<WantedField, JournalHeader, Uint8Array> {
    const hash = createHash('sha256').update(magic);
    const sealSha256 = Uint8Array.from(yield {bytes: SHA256_BYTES, what: 'SHA-256 of the seal'});
    const sizes = Uint8Array.from(yield {bytes: 18, what: 'sizes'});
    const view = viewOf(sizes);
    const bytesBefore = readU64(view, 0);
    const bytesAfter = readU64(view, 8);
    const length = view.getUint16(16, true);
    if (bytesBefore === undefined || bytesAfter === undefined || length > MAX_IDENTITY_BYTES) {
      throw this.#damaged(`impossible sizes at offset ${this.#feed.fieldOffset}`);
    }
    const identity = Uint8Array.from(yield {bytes: length, what: 'identity'});
    const check = hash.update(sealSha256).update(sizes).update(identity).digest();
    yield* this.#parseCheck(check, 'header');
    return {sealSha256, bytesBefore, bytesAfter, targetIdentity: Buffer.from(identity).toString()};
  }

  *#parseRecord(
    {bytesBefore}: JournalHeader,
    fields: Uint8Array,
    position: number | undefined,
    length: number,
  ): FieldParser {
    const isPossible = length >= 1 && length <= MAX_RECORD_BYTES;
    if (position === undefined || !isPossible || position + length > bytesBefore) {
      const place = `${length} bytes at ${position ?? 'no position that a device can have'}`;
      throw this.#damaged(`an impossible record at offset ${this.#feed.fieldOffset}: ${place}`);
    }
    // The bytes that the feed shows may be gone when the next field is there.
    const data = Uint8Array.from(yield {bytes: length, what: `data of the record for position ${position}`});
    const check = createHash('sha256').update(fields).update(data).digest();
    yield* this.#parseCheck(check, `record for position ${position}`);
    this.#events.push({kind: 'record', position, data});
  }

  *#parseEnd(fields: Uint8Array): FieldParser {
    const found = yield {bytes: SHA256_BYTES, what: 'SHA-256 of the journal'};
    if (this.#checks.update(fields).digest().equals(found)) return;
    throw this.#damaged(`its SHA-256 at offset ${this.#feed.fieldOffset} does not agree`);
  }

  *#parseCheck(expected: Buffer, what: string): FieldParser {
    const found = yield {bytes: SHA256_BYTES, what: `SHA-256 of the ${what}`};
    if (!expected.equals(found)) {
      throw this.#damaged(`the SHA-256 of the ${what} at offset ${this.#feed.fieldOffset} does not agree`);
    }
    this.#checks.update(expected);
  }

  #damaged(trouble: string): BdsyncError {
    return new BdsyncError('journal', `the undo journal ${this.#path} is damaged: ${trouble}`);
  }
}
