/*
 * The undo journal: what a target had where a sealed patch writes. docs/undo-journal.md has it byte by byte. All
 * integers are little-endian and unsigned:
 *
 *   "BDSYNC-UNDO 1\n"
 *   32 bytes: the SHA-256 at the end of the patch's seal
 *   u64 size of the target before | u64 its size when the patch is applied
 *   u16 length | identity of the target
 *   32 bytes: SHA-256 of all this
 *   repeated: u64 position | u32 length | data | 32 bytes: SHA-256 of this record
 *   u64 number of records | u32 0
 *   32 bytes: SHA-256 of the SHA-256 of the header, of those of all records, and of the 12 bytes before
 */
import {createHash} from 'node:crypto';
import {MAX_IDENTITY_BYTES, SHA256_BYTES} from '../patch/seal-format.js';
import {viewOf, writeU64} from '../wire-integer.js';

export const JOURNAL_MAGIC = 'BDSYNC-UNDO 1\n';
export const MAX_RECORD_BYTES = 1024 * 1024;
export const RECORD_HEADER_BYTES = 12;

export interface JournalHeader {
  /** From the end of the patch's seal: it tells which patch the journal belongs to. */
  readonly sealSha256: Uint8Array;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** As `lastingIdentity` has it. */
  readonly targetIdentity: string;
}

/** What a record has around its data. */
export const RECORD_FRAME_BYTES = RECORD_HEADER_BYTES + SHA256_BYTES;

/** Encodes the parts of one journal, in their order. */
export class JournalEncoder {
  readonly #checks = createHash('sha256');
  #records = 0;

  header({sealSha256, bytesBefore, bytesAfter, targetIdentity}: JournalHeader): Uint8Array {
    const identity = Buffer.from(targetIdentity);
    if (sealSha256.length !== SHA256_BYTES || identity.length > MAX_IDENTITY_BYTES) throw new RangeError('bad header');
    const sizes = new Uint8Array(18);
    const view = viewOf(sizes);
    writeU64(view, 0, bytesBefore);
    writeU64(view, 8, bytesAfter);
    view.setUint16(16, identity.length, true);
    const fields = Buffer.concat([Buffer.from(JOURNAL_MAGIC), sealSha256, sizes, identity]);
    return Buffer.concat([fields, this.#checkOf(fields)]);
  }

  /** Completes a record where it is: its data, 1 to MAX_RECORD_BYTES, with room for the rest before and behind them. */
  completeRecord(record: Uint8Array, position: number): void {
    const dataBytes = record.length - RECORD_FRAME_BYTES;
    if (dataBytes < 1 || dataBytes > MAX_RECORD_BYTES) throw new RangeError(`a record of ${dataBytes} bytes`);
    this.#records += 1;
    writeRecordHeader(record, position, dataBytes);
    const checkOffset = record.length - SHA256_BYTES;
    record.set(this.#checkOf(record.subarray(0, checkOffset)), checkOffset);
  }

  end(): Uint8Array {
    const fields = new Uint8Array(RECORD_HEADER_BYTES);
    writeRecordHeader(fields, this.#records, 0);
    return Buffer.concat([fields, this.#checks.update(fields).digest()]);
  }

  #checkOf(fields: Uint8Array): Buffer {
    const check = createHash('sha256').update(fields).digest();
    this.#checks.update(check);
    return check;
  }
}

function writeRecordHeader(bytes: Uint8Array, position: number, length: number): void {
  const view = viewOf(bytes);
  writeU64(view, 0, position);
  view.setUint32(8, length, true);
}
