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
    return this.#checked([Buffer.from(JOURNAL_MAGIC), sealSha256, sizes, identity]);
  }

  /** `data` is 1 to MAX_RECORD_BYTES long. */
  record(position: number, data: Uint8Array): Uint8Array {
    if (data.length < 1 || data.length > MAX_RECORD_BYTES) throw new RangeError(`a record of ${data.length} bytes`);
    this.#records += 1;
    return this.#checked([encodeRecordHeader(position, data.length), data]);
  }

  end(): Uint8Array {
    const fields = encodeRecordHeader(this.#records, 0);
    return Buffer.concat([fields, this.#checks.update(fields).digest()]);
  }

  #checked(parts: readonly Uint8Array[]): Uint8Array {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    const check = hash.digest();
    this.#checks.update(check);
    return Buffer.concat([...parts, check]);
  }
}

function encodeRecordHeader(position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES);
  const view = viewOf(bytes);
  writeU64(view, 0, position);
  view.setUint32(8, length, true);
  return bytes;
}
