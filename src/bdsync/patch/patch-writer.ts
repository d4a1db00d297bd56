import {
  EXTENT_HEADER_BYTES,
  encodeExtentHeader,
  encodePatchEnd,
  encodePatchHeader,
  type PatchChecksum,
  type PatchHeader,
} from './patch-format.js';

/** What is handed on at once. */
const PIECE_BYTES = 1 << 17;

/**
 * Writes a patch in pieces of a handy size. Data is copied when it is given, so that its buffer can be used again; a
 * piece that was handed on is not touched any more.
 */
export class PatchWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #pieceBytes = 0;
  #patchBytes = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** All bytes of the patch up to now. */
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
    if (piece.length > 0) await this.#write(piece);
  }
}
