import type {BlockRow, DigestEngine, PieceRow} from './digest-engine.js';
import type {KernelDigest} from './kernel-digests.js';
import {type KernelExports, kernelExports} from './kernel-exports.js';
import type {KernelMemory} from './kernel-memory.js';
import {
  BLOCK_POINTERS,
  DATA,
  DIGEST_POINTERS,
  DIGESTS,
  MESSAGE_BITS,
  SALTED_STATE,
  STATE,
  STATE_END,
  ZERO_DIGEST,
} from './memory-layout.js';

const POINTER_BYTES = 4;

/** Digests as many blocks at once as the kernel has lanes. */
export class WebAssemblyEngine implements DigestEngine {
  readonly implementation = 'webassembly';
  readonly digestBytes: number;
  readonly lanes: number;
  readonly #littleEndian: boolean;
  readonly #saltBytes: number;
  readonly #exports: KernelExports;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #pieceCount = 0;
  #pieceBytes = 0;

  constructor(digest: KernelDigest, module: WebAssembly.Module, salt: Uint8Array, {memory, bytes}: KernelMemory) {
    this.digestBytes = digest.digestBytes;
    this.lanes = digest.lanes;
    this.#littleEndian = digest.byteOrder === 'little';
    this.#saltBytes = salt.length;
    this.#exports = kernelExports(new WebAssembly.Instance(module, {host: {memory}}));
    this.#bytes = bytes;
    this.#view = new DataView(memory.buffer);
    this.#digestSalt(salt);
  }

  /** Every block begins with the salt: the state behind it is kept. */
  #digestSalt(salt: Uint8Array): void {
    this.#bytes.set(salt, DIGESTS);
    this.#exports.begin();
    this.update({address: DIGESTS, strideBytes: 0, lengthBytes: salt.length});
    this.#bytes.copyWithin(SALTED_STATE, STATE, STATE_END);
  }

  hashBlocks({address, stepBytes, count}: BlockRow, digests: Uint8Array, zeroDigest: Uint8Array): void {
    this.#bytes.set(zeroDigest, ZERO_DIGEST);
    this.#setMessageBytes(this.#saltBytes + stepBytes);
    const mostAtOnce = Math.floor((DATA - DIGESTS) / this.digestBytes);
    for (let done = 0; done < count; done += mostAtOnce) {
      const batch = Math.min(mostAtOnce, count - done);
      this.#exports.digestBlocks(address + done * stepBytes, stepBytes, batch, DIGESTS);
      digests.set(this.#digests(batch), done * this.digestBytes);
    }
  }

  begin(count: number): void {
    this.#pieceCount = count;
    this.#pieceBytes = 0;
    this.#exports.begin();
  }

  update({address, strideBytes, lengthBytes}: PieceRow): void {
    for (let lane = 0; lane < this.lanes; lane += 1) {
      // A lane without a block goes along with the first one's.
      const pointer = address + (lane < this.#pieceCount ? lane * strideBytes : 0);
      this.#view.setUint32(BLOCK_POINTERS + lane * POINTER_BYTES, pointer, true);
    }
    this.#exports.update(lengthBytes);
    this.#pieceBytes += lengthBytes;
  }

  finish(digests: Uint8Array): void {
    for (let lane = 0; lane < this.lanes; lane += 1) {
      this.#view.setUint32(DIGEST_POINTERS + lane * POINTER_BYTES, DIGESTS + lane * this.digestBytes, true);
    }
    this.#setMessageBytes(this.#saltBytes + this.#pieceBytes);
    this.#exports.finish();
    digests.set(this.#digests(this.#pieceCount));
  }

  isZero(address: number, lengthBytes: number): boolean {
    return this.#exports.isZero(address, lengthBytes) === 1;
  }

  #setMessageBytes(messageBytes: number): void {
    this.#view.setBigUint64(MESSAGE_BITS, BigInt(messageBytes) * 8n, this.#littleEndian);
  }

  #digests(count: number): Uint8Array {
    return this.#bytes.subarray(DIGESTS, DIGESTS + count * this.digestBytes);
  }
}
