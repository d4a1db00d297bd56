import type {DeviceSizes} from '../compare/agree-on-sizes.js';
import type {DifferingRun} from '../hash/block-job.js';
import type {HashRange} from '../wire/block-messages.js';
import {type Extent, ExtentList} from './extent-list.js';
import {type Sample, sampleExtents} from './sample-extents.js';

/** What a verification does, wherever the target is. */
export interface VerifyOptions {
  readonly blockBytes: number;
  /** All of it is compared when undefined. */
  readonly sample: Sample | undefined;
  /** What only one of both has is no difference. */
  readonly ignoresSizes: boolean;
  /** Read past the page cache where a device allows it. */
  readonly flushCache: boolean;
}

export interface VerifyProgress {
  /** Position up to which it is compared; it never goes back. */
  readonly comparedBytes: number;
  readonly totalBytes: number;
}

export interface VerifyResult extends DeviceSizes {
  /** Of each of both; what only one has is told as an extent, and not counted here. */
  readonly comparedBytes: number;
  /** Merged, the first of them. */
  readonly extents: readonly Extent[];
  /** Of all of them. */
  readonly extentCount: number;
  readonly differingBytes: number;
}

/** Gathers what a verification finds, range by range. */
export class Findings {
  readonly #sizes: DeviceSizes;
  readonly #options: VerifyOptions;
  readonly #onProgress: ((progress: VerifyProgress) => void) | undefined;
  readonly #list = new ExtentList();
  readonly commonBytes: number;
  #comparedBytes = 0;

  constructor(sizes: DeviceSizes, options: VerifyOptions, onProgress?: (progress: VerifyProgress) => void) {
    this.#sizes = sizes;
    this.#options = options;
    this.#onProgress = onProgress;
    this.commonBytes = Math.min(sizes.sourceBytes, sizes.targetBytes);
  }

  /** What to compare. */
  extents(): Iterable<Extent> {
    const {sample, blockBytes} = this.#options;
    return sample === undefined
      ? [{position: 0, length: this.commonBytes}]
      : sampleExtents(this.commonBytes, blockBytes, sample);
  }

  /** What came of a range, which are compared in their order. */
  take({start, step, count}: HashRange, runs: readonly DifferingRun[]): void {
    this.#comparedBytes += step * count;
    for (const {first, end} of runs) this.#list.add({position: start + first * step, length: (end - first) * step});
    this.#onProgress?.({comparedBytes: start + count * step, totalBytes: this.commonBytes});
  }

  result(): VerifyResult {
    const {sourceBytes, targetBytes} = this.#sizes;
    if (!this.#options.ignoresSizes) {
      this.#list.add({position: this.commonBytes, length: Math.max(sourceBytes, targetBytes) - this.commonBytes});
    }
    const {listed, count, bytes} = this.#list;
    const comparedBytes = this.#comparedBytes;
    return {...this.#sizes, comparedBytes, extents: listed, extentCount: count, differingBytes: bytes};
  }
}
