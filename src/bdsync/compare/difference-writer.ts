import type {Device} from '../device/device.js';
import {extentLength} from '../patch/extent-length.js';
import {MAX_EXTENT_BYTES} from '../patch/patch-format.js';
import type {PatchWriter} from '../patch/patch-writer.js';

export interface DifferenceWriterOptions {
  readonly patch: PatchWriter;
  /** Where data is read that is not at hand any more. */
  readonly device: Device;
  readonly blockBytes: number;
  /** Size of the device whose data the patch carries; what lies beyond is never written. */
  readonly carriedBytes: number;
}

/** Writes what differs to a patch, and counts it. */
export class DifferenceWriter {
  readonly #options: DifferenceWriterOptions;
  readonly #extentBuffer = Buffer.alloc(MAX_EXTENT_BYTES);
  differingBlocks = 0;
  differingBytes = 0;

  constructor(options: DifferenceWriterOptions) {
    this.#options = options;
  }

  /** Counts a run of blocks; returns where the data that the patch is to carry ends. */
  count(runStart: number, runEnd: number): number {
    const {blockBytes, carriedBytes} = this.#options;
    this.differingBlocks += Math.ceil((runEnd - runStart) / blockBytes);
    return Math.min(runEnd, carriedBytes);
  }

  /** Counts a run and writes it. `data` begins with its compared bytes, if they are still at hand. */
  async writeRun(runStart: number, runEnd: number, data: Uint8Array | undefined): Promise<void> {
    const carriedEnd = this.count(runStart, runEnd);
    for (let position = runStart; position < carriedEnd; ) {
      const length = extentLength(position, carriedEnd, this.#options.blockBytes);
      const offset = position - runStart;
      await this.writeExtent(position, data?.subarray(offset, offset + length) ?? (await this.#read(position, length)));
      position += length;
    }
  }

  async writeExtent(position: number, data: Uint8Array): Promise<void> {
    await this.#options.patch.extent(position, data);
    this.differingBytes += data.length;
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    const extent = this.#extentBuffer.subarray(0, length);
    await this.#options.device.read(extent, position);
    return extent;
  }
}
