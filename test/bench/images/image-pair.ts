export const BLOCK_BYTES = 4096;
/** What is read or written at once; a multiple of a block. */
export const CHUNK_BYTES = 4 * 1024 ** 2;

/** Two images of one size. */
export interface ImagePair {
  readonly source: string;
  readonly target: string;
  readonly sizeBytes: number;
  /** Numbers of the blocks that differ. */
  readonly differing: ReadonlySet<number>;
}
