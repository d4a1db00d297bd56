import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import {BlockReader} from '../hash/block-reader.js';
import {type Place, readPlaces} from '../hash/read-places.js';
import type {BlockKernel} from '../kernels/block-kernel.js';
import {createBlockKernel} from '../kernels/create-block-kernel.js';
import type {SealHeader} from '../patch/seal-format.js';
import type {SealedBlock} from './sealed-blocks.js';
import type {TargetSizes} from './target-state.js';

/** What is read and digested at once, if blocks are not larger. */
const KERNEL_BYTES = 262_144;

export interface OldContentOptions {
  readonly device: Device;
  readonly seal: SealHeader;
  readonly sizes: TargetSizes;
  /** Gets what the target has wherever the patch writes, in memory that is used again. */
  readonly keep: (position: number, data: Uint8Array) => Promise<void>;
}

/** Compares a target with what it was when the patch was made. */
export class OldContent implements Disposable {
  readonly #options: OldContentOptions;
  readonly #kernel: BlockKernel;
  readonly #reader: BlockReader;
  /** It has got the patch's size: then all of it must be there. */
  readonly #isApplied: boolean;
  #oldBlocks = 0;
  #newBlocks = 0;

  constructor(options: OldContentOptions) {
    const {device, seal, sizes} = options;
    this.#options = options;
    this.#isApplied = device.sizeBytes !== sizes.before;
    this.#kernel = createBlockKernel(seal.digest, seal.salt, {
      capacityBytes: Math.max(KERNEL_BYTES, Math.ceil(seal.blockBytes / KERNEL_BYTES) * KERNEL_BYTES),
    });
    const {descriptor, path} = device;
    const sizeBytes = this.#isApplied ? device.sizeBytes : seal.comparedBytes;
    this.#reader = new BlockReader({descriptor, path, sizeBytes, isDirect: false});
  }

  /** Blocks found with what they had when they were compared. */
  get oldBlocks(): number {
    return this.#oldBlocks;
  }

  /** Blocks that have what the patch brings, already. */
  get newBlocks(): number {
    return this.#newBlocks;
  }

  /** @throws BdsyncError 'target-changed' naming the first block that is neither old nor new; 'read'. */
  async check(blocks: readonly SealedBlock[]): Promise<void> {
    const atOnce = Math.floor(this.#kernel.data.length / this.#options.seal.blockBytes);
    for (let first = 0; first < blocks.length; first += atOnce) {
      await this.#checkAtOnce(blocks.slice(first, first + atOnce));
    }
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  async #checkAtOnce(blocks: readonly SealedBlock[]): Promise<void> {
    const {blockBytes, digestBytes} = this.#options.seal;
    const places = this.#placesFor(blocks);
    const {count, failure} = await readPlaces(this.#reader, places);
    const readBytes = places.slice(0, count).reduce((bytes, {buffer}) => bytes + buffer.length, 0);
    const readBlocks = blocks.slice(0, readBytes / blockBytes);
    const digests = Buffer.alloc(readBlocks.length * digestBytes);
    this.#kernel.hashBlocks({offset: 0, stepBytes: blockBytes, count: readBlocks.length, digests});
    for (const [index, block] of readBlocks.entries()) {
      const digest = digests.subarray(index * digestBytes, (index + 1) * digestBytes);
      const content = this.#kernel.data.subarray(index * blockBytes, (index + 1) * blockBytes);
      if (!this.#isApplied && digest.equals(block.digest)) this.#oldBlocks += 1;
      else if (this.#isNew(block, content)) this.#newBlocks += 1;
      else throw this.#changed(block);
      await this.#keep(block, content);
    }
    if (failure !== undefined) throw failure;
  }

  /** Blocks lie one behind the other in the kernel's memory; those that do so on the device are read together. */
  #placesFor(blocks: readonly SealedBlock[]): Place[] {
    const {blockBytes} = this.#options.seal;
    const places: Place[] = [];
    for (let first = 0; first < blocks.length; ) {
      let end = first + 1;
      while (end < blocks.length && isBehind(blocks[end - 1], blocks[end], blockBytes)) end += 1;
      const buffer = this.#kernel.data.subarray(first * blockBytes, end * blockBytes);
      places.push({position: blocks[first]?.position ?? 0, buffer});
      first = end;
    }
    return places;
  }

  #isNew({position, extents}: SealedBlock, content: Uint8Array): boolean {
    const {device, sizes, seal} = this.#options;
    const isToBeCut = sizes.after < sizes.before && position + seal.blockBytes > sizes.after;
    if (isToBeCut && !this.#isApplied) return false;
    return extents.every((extent) => {
      const offset = extent.position - position;
      const writtenBytes = Math.max(0, Math.min(extent.data.length, sizes.after - extent.position));
      if (extent.position + writtenBytes > device.sizeBytes) return false;
      return Buffer.from(extent.data.buffer, extent.data.byteOffset, writtenBytes).equals(
        content.subarray(offset, offset + writtenBytes),
      );
    });
  }

  async #keep({position, extents}: SealedBlock, content: Uint8Array): Promise<void> {
    const {sizes, device, keep} = this.#options;
    const limit = Math.min(sizes.after, sizes.before, device.sizeBytes);
    for (const extent of extents) {
      const keptBytes = Math.min(extent.data.length, limit - extent.position);
      const offset = extent.position - position;
      if (keptBytes > 0) await keep(extent.position, content.subarray(offset, offset + keptBytes));
    }
  }

  #changed({position, extents}: SealedBlock): BdsyncError {
    const {device, seal} = this.#options;
    const [first] = extents;
    const place = first ? `the extent at position ${first.position}` : `the block at position ${position}`;
    const trouble = `${device.path} has changed since it was compared: ${place}`;
    const hint = 'nothing was written; compare it anew';
    return new BdsyncError('target-changed', `${trouble} (block of ${seal.blockBytes} bytes) has other content`, {
      hint,
    });
  }
}

function isBehind(one: SealedBlock | undefined, other: SealedBlock | undefined, blockBytes: number): boolean {
  return one !== undefined && other !== undefined && other.position === one.position + blockBytes;
}
