import {createHash} from 'node:crypto';
import type {Extent} from './extent-list.js';

/** Which part of a device is compared. The same seed finds the same places again. */
export interface Sample {
  /** More than 0, at most 100. */
  readonly percent: number;
  readonly seed: number;
}

/** What is read in one go: shorter ones would cost a disk more to find than to read. */
const RUN_BYTES = 1 << 20;

/**
 * Runs of blocks at random places, evenly spread: the device is cut into equal strata, and each has one run of it
 * compared. At least one run of a device that is not empty; with 100 %, all of it.
 */
export function* sampleExtents(totalBytes: number, blockBytes: number, {percent, seed}: Sample): Generator<Extent> {
  const runBytes = Math.max(1, Math.round(RUN_BYTES / blockBytes)) * blockBytes;
  const runs = Math.ceil(totalBytes / runBytes);
  const wanted = Math.ceil((runs * percent) / 100);
  for (let stratum = 0; stratum < wanted; stratum += 1) {
    const first = Math.floor((stratum * runs) / wanted);
    const end = Math.floor(((stratum + 1) * runs) / wanted);
    const position = (first + pick(end - first, seed, stratum)) * runBytes;
    yield {position, length: Math.min(runBytes, totalBytes - position)};
  }
}

/** A number below `count` that nobody can guess who does not know the seed. */
function pick(count: number, seed: number, stratum: number): number {
  return createHash('sha256').update(`${seed}:${stratum}`).digest().readUIntBE(0, 6) % count;
}
