import type {BlockKernel, HashBlocksRequest, KernelImplementation, UpdatePiecesRequest} from './block-kernel.js';
import type {DigestEngine} from './digest-engine.js';
import type {KernelMemory} from './kernel-memory.js';
import {DATA} from './memory-layout.js';
import {PieceDigests} from './piece-digests.js';
import type {ZeroDigests} from './zero-digests.js';

/** A kernel's memory and the engine that works in it. What the engine is told to read has been checked here. */
export class MemoryKernel implements BlockKernel {
  readonly implementation: KernelImplementation;
  readonly digestBytes: number;
  readonly lanes: number;
  readonly memory: WebAssembly.Memory;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly #zeros: number;
  readonly #engine: DigestEngine;
  readonly #zeroDigests: ZeroDigests;
  #pieces: {readonly count: number; readonly digests: PieceDigests} | undefined;

  constructor({memory, data, zeros}: KernelMemory, engine: DigestEngine, zeroDigests: ZeroDigests) {
    this.implementation = engine.implementation;
    this.digestBytes = engine.digestBytes;
    this.lanes = engine.lanes;
    this.memory = memory;
    this.data = data;
    this.#zeros = zeros;
    this.#engine = engine;
    this.#zeroDigests = zeroDigests;
  }

  hashBlocks({offset, stepBytes, count, digests}: HashBlocksRequest): void {
    this.#requireData(offset, stepBytes * count);
    if (!Number.isSafeInteger(count) || stepBytes < 1) throw new RangeError(`${count} blocks of ${stepBytes} bytes`);
    this.#requireRoom(digests, count);
    this.#pieces = undefined;
    if (count === 0) return;
    this.#engine.hashBlocks({address: DATA + offset, stepBytes, count}, digests, this.#zeroDigests.ofBlock(stepBytes));
  }

  beginPieces(count: number): void {
    if (!Number.isSafeInteger(count) || count < 1 || count > this.lanes) {
      throw new RangeError(`${count} blocks in pieces at once, with ${this.lanes} lanes`);
    }
    this.#pieces = {count, digests: new PieceDigests(count, this.#engine, this.#zeroDigests, this.#zeros)};
  }

  updatePieces({offset, strideBytes, lengthBytes}: UpdatePiecesRequest): void {
    const {count, digests} = this.#begunPieces();
    this.#requireData(offset, (count - 1) * strideBytes + lengthBytes);
    if (lengthBytes < 0 || strideBytes < 0) throw new RangeError(`pieces of ${lengthBytes} each ${strideBytes} bytes`);
    digests.update({address: DATA + offset, strideBytes, lengthBytes});
  }

  finishPieces(digests: Uint8Array): void {
    const pieces = this.#begunPieces();
    this.#requireRoom(digests, pieces.count);
    this.#pieces = undefined;
    pieces.digests.finish(digests);
  }

  isZero(offset: number, lengthBytes: number): boolean {
    this.#requireData(offset, lengthBytes);
    return this.#engine.isZero(DATA + offset, lengthBytes);
  }

  #begunPieces() {
    if (!this.#pieces) throw new Error('no blocks in pieces were begun');
    return this.#pieces;
  }

  #requireData(offset: number, lengthBytes: number): void {
    const end = offset + lengthBytes;
    if (Number.isSafeInteger(offset) && Number.isSafeInteger(end) && offset >= 0 && end >= offset) {
      if (end <= this.data.length) return;
    }
    throw new RangeError(`${lengthBytes} bytes at ${offset} are not within ${this.data.length}`);
  }

  #requireRoom(digests: Uint8Array, count: number): void {
    if (digests.length >= count * this.digestBytes) return;
    throw new RangeError(`${count} digests of ${this.digestBytes} bytes do not fit into ${digests.length}`);
  }
}
