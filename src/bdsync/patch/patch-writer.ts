import {createHash, type Hash} from 'node:crypto';
import {
  EXTENT_HEADER_BYTES,
  encodeExtentHeader,
  encodePatchEnd,
  encodePatchHeader,
  type PatchChecksum,
  type PatchHeader,
} from './patch-format.js';
import {encodeRunHeader, encodeSealHeader, SEAL_END_MARK, type SealHeader} from './seal-format.js';

/** What is handed on at once. */
const PIECE_BYTES = 1 << 17;

export interface PatchWriterOptions {
  /** A seal is to follow: then what is written is digested. */
  readonly isSealed?: boolean;
}

/** What a seal says, but for what the writer itself knows. */
export type SealFacts = Omit<SealHeader, 'patchBytes' | 'patchSha256'>;

/**
 * Writes a patch in pieces of a handy size. Data is copied when it is given, so that its buffer can be used again; a
 * piece that was handed on is not touched any more.
 */
export class PatchWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #hash: Hash | undefined;
  #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #pieceBytes = 0;
  #patchBytes = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>, {isSealed = false}: PatchWriterOptions = {}) {
    this.#write = write;
    this.#hash = isSealed ? createHash('sha256') : undefined;
  }

  /** All bytes of the patch up to now, those of its seal, too. */
  get patchBytes(): number {
    return this.#patchBytes;
  }

  async begin(header: PatchHeader): Promise<void> {
    await this.#append(encodePatchHeader(header));
  }

  /** `data` is at most MAX_EXTENT_BYTES long. */
  async extent(position: number, data: Uint8Array): Promise<void> {
    if (this.#pieceBytes + EXTENT_HEADER_BYTES + data.length > PIECE_BYTES) await this.#handOn();
    await this.#append(encodeExtentHeader(position, data.length));
    await this.#append(data);
  }

  async end(checksum: PatchChecksum | undefined): Promise<void> {
    await this.#append(encodePatchEnd(checksum));
    await this.#handOn();
  }

  /** To be called after the end of a patch that was begun as a sealed one. `runs` are pieces, none larger than 64 KiB. */
  async seal(facts: SealFacts, runs: AsyncIterable<Uint8Array>): Promise<void> {
    const patchSha256 = this.#digest();
    this.#hash = createHash('sha256');
    await this.#append(encodeSealHeader({...facts, patchBytes: this.#patchBytes, patchSha256}));
    for await (const piece of runs) await this.#append(piece);
    await this.#append(encodeRunHeader(0, 0));
    await this.#handOn();
    await this.#append(this.#digest());
    await this.#append(Buffer.from(SEAL_END_MARK));
    await this.#handOn();
  }

  #digest(): Buffer {
    if (!this.#hash) throw new Error('the patch was not begun as one that is sealed');
    const digest = this.#hash.digest();
    this.#hash = undefined;
    return digest;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (this.#pieceBytes + bytes.length > PIECE_BYTES) await this.#handOn();
    this.#piece.set(bytes, this.#pieceBytes);
    this.#pieceBytes += bytes.length;
    this.#patchBytes += bytes.length;
  }

  async #handOn(): Promise<void> {
    const piece = this.#piece.subarray(0, this.#pieceBytes);
    this.#piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.#pieceBytes = 0;
    if (piece.length === 0) return;
    this.#hash?.update(piece);
    await this.#write(piece);
  }
}
