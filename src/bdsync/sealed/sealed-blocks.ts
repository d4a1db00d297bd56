import {BdsyncError} from '../errors.js';
import type {Extent} from './extents-and-runs.js';
import type {SealedPatch, SealedPatchFacts} from './sealed-patch.js';

/** A block that differed: what the target had, by its digest, and what it is to get. */
export interface SealedBlock {
  readonly position: number;
  readonly digest: Uint8Array;
  /** Without a gap from `position` on, to the end of the block or of the device whose data the patch carries. */
  readonly extents: readonly Extent[];
}

/** So many bytes of blocks come at once. */
const BATCH_BYTES = 1024 * 1024;

/**
 * The blocks of a patch in its order, extents and digests side by side.
 *
 * @throws BdsyncError 'invalid-patch' where these do not fit together, and what SealedPatch throws.
 */
export async function* sealedBlocks(
  patch: SealedPatch,
  facts: SealedPatchFacts,
): AsyncGenerator<readonly SealedBlock[], void> {
  const {blockBytes, digestBytes, targetBytes} = facts.seal;
  const carriedBytes = facts.header.sizeBytes;
  const deviceBytes = Math.max(targetBytes, carriedBytes);
  await using extents = new ExtentQueue(patch.extents(facts));
  let batch: SealedBlock[] = [];
  for await (const runs of patch.runs(facts)) {
    for (const {position: start, count, digests} of runs) {
      for (let index = 0; index < count; index += 1) {
        const position = start + index * blockBytes;
        if (position >= deviceBytes) throw misfit(`the seal has a block at position ${position}, past both devices`);
        const digest = digests.subarray(index * digestBytes, (index + 1) * digestBytes);
        const end = Math.min(position + blockBytes, carriedBytes);
        const covering = extents.covering(position, end) ?? (await extents.fetchCovering(position, end));
        batch.push({position, digest, extents: covering});
        if (batch.length * blockBytes < BATCH_BYTES) continue;
        yield batch;
        batch = [];
      }
    }
  }
  const surplus = await extents.next();
  if (surplus) throw misfit(`the seal says nothing about the extent at position ${surplus.position}`);
  if (batch.length > 0) yield batch;
}

class ExtentQueue implements AsyncDisposable {
  readonly #source: AsyncGenerator<Extent[], void>;
  #extents: readonly Extent[] = [];
  #taken = 0;

  constructor(source: AsyncGenerator<Extent[], void>) {
    this.#source = source;
  }

  /** What covers the range if it is a single extent that has been fetched, as it is for nearly all blocks. */
  covering(start: number, end: number): Extent[] | undefined {
    const extent = this.#extents[this.#taken];
    if (extent?.position !== start || extent.data.length !== end - start || start === end) return undefined;
    this.#taken += 1;
    return [extent];
  }

  /** Exactly what covers the range. */
  async fetchCovering(start: number, end: number): Promise<Extent[]> {
    const found: Extent[] = [];
    for (let position = start; position < end; ) {
      const extent = this.#extents[this.#taken] ?? (await this.#peek());
      const isNext = extent?.position === position && extent.data.length > 0;
      if (!extent || !isNext || position + extent.data.length > end) {
        const other = extent ? `one of ${extent.data.length} bytes at position ${extent.position}` : 'none';
        throw misfit(`the seal has a block whose extent is due at position ${position}, the patch has ${other} there`);
      }
      this.#taken += 1;
      found.push(extent);
      position += extent.data.length;
    }
    return found;
  }

  /** One more, if there is one. */
  async next(): Promise<Extent | undefined> {
    const extent = await this.#peek();
    this.#taken += 1;
    return extent;
  }

  async #peek(): Promise<Extent | undefined> {
    while (this.#taken >= this.#extents.length) {
      const {done, value} = await this.#source.next();
      if (done) return undefined;
      this.#extents = value;
      this.#taken = 0;
    }
    return this.#extents[this.#taken];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source.return();
  }
}

function misfit(trouble: string): BdsyncError {
  return new BdsyncError('invalid-patch', `patch and seal do not fit together: ${trouble}`);
}
