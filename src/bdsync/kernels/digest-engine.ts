import type {KernelImplementation} from './block-kernel.js';

/** What computes digests of blocks in a kernel's memory. Addresses count from the beginning of that memory. */
export interface DigestEngine {
  readonly implementation: KernelImplementation;
  readonly digestBytes: number;
  readonly lanes: number;

  /** Blocks one behind the other; one of zeros has `zeroDigest`. */
  hashBlocks(blocks: BlockRow, digests: Uint8Array, zeroDigest: Uint8Array): void;

  /** Blocks in pieces. */
  begin(count: number): void;
  update(pieces: PieceRow): void;
  finish(digests: Uint8Array): void;

  isZero(address: number, lengthBytes: number): boolean;
}

export interface BlockRow {
  readonly address: number;
  readonly stepBytes: number;
  readonly count: number;
}

export interface PieceRow {
  readonly address: number;
  readonly strideBytes: number;
  readonly lengthBytes: number;
}
