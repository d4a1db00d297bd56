/** What computes a kernel's digests: our code, or OpenSSL by way of node:crypto. */
export type KernelImplementation = 'webassembly' | 'crypto';

export interface HashBlocksRequest {
  /** Where in `data` the first block begins. */
  readonly offset: number;
  /** Bytes of a block, from 1 on. */
  readonly stepBytes: number;
  readonly count: number;
  /** Takes `count` digests, one behind the other. */
  readonly digests: Uint8Array;
}

export interface UpdatePiecesRequest {
  /** Where in `data` the first block's piece begins. */
  readonly offset: number;
  /** From one block's piece to the next one's. */
  readonly strideBytes: number;
  /** Bytes of each piece: the same for all. */
  readonly lengthBytes: number;
}

/**
 * Digests of blocks, `H(salt | block)`, that lie in memory of its own: read into `data`, then ask for digests. One
 * thread, one kernel. Blocks of zeros are recognised, which costs other blocks nothing: they get the same digest as
 * ever, faster.
 *
 * Ranges outside of `data` are defects: RangeError.
 */
export interface BlockKernel {
  readonly implementation: KernelImplementation;
  readonly digestBytes: number;
  /** So many blocks in pieces at once go as fast as blocks do at their best; fewer take the same time altogether. */
  readonly lanes: number;
  /** The memory that `data` is a part of; it does not grow. */
  readonly memory: WebAssembly.Memory;
  /** Begins on a page boundary, so that direct reads can fill it. */
  readonly data: Uint8Array<ArrayBuffer>;

  /** Digests blocks that lie one behind the other. */
  hashBlocks(request: HashBlocksRequest): void;

  /**
   * Begins blocks that come in pieces, `count` of them (1 to `lanes`), which grow at the same pace: for blocks of which
   * `data` has no room for `lanes`. What was begun before and not finished is forgotten; hashBlocks forgets it, too.
   */
  beginPieces(count: number): void;
  /** The next piece of each block. */
  updatePieces(request: UpdatePiecesRequest): void;
  /** Takes as many digests as blocks were begun. */
  finishPieces(digests: Uint8Array): void;

  isZero(offset: number, lengthBytes: number): boolean;
}

export interface KernelOptions {
  /** Bytes of `data`. It is best to use no more of it at once than fits into the processor's second-level cache. */
  readonly capacityBytes: number;
}
