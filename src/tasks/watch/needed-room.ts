/** A snapshot that overflowed, and how far the comparison had come: 0 to 1, undefined where nobody knows. */
export interface Overflow {
  readonly roomBytes: number;
  readonly originBytes: number;
  readonly comparedShare: number | undefined;
}

export interface NeededRoom {
  /** What a whole run is likely to need, judged by what was written until the overflow. */
  readonly likelyBytes: number;
  /** Enough for a change of everything. */
  readonly wholeBytes: number;
}

/** Before that, what was written tells nothing about the rest. */
const SMALLEST_TELLING_SHARE = 0.05;
const MARGIN = 1.25;
const MIB = 2 ** 20;
/** LVM keeps 16 bytes for each chunk of 4 KiB or more, and whole chunks, of 512 KiB at the most, around them. */
const BOOKKEEPING_SHARE = 1 / 256;
const BOOKKEEPING_BYTES = 2 * MIB;

/** How much room a snapshot would have needed, in whole MiB. */
export function neededRoom({roomBytes, originBytes, comparedShare = 0}: Overflow): NeededRoom {
  const isTelling = comparedShare >= SMALLEST_TELLING_SHARE && comparedShare <= 1;
  const likelyBytes = isTelling ? (roomBytes / comparedShare) * MARGIN : roomBytes * 2;
  const wholeBytes = wholeMiB(originBytes * (1 + BOOKKEEPING_SHARE) + BOOKKEEPING_BYTES);
  return {likelyBytes: Math.min(wholeMiB(likelyBytes), wholeBytes), wholeBytes};
}

function wholeMiB(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB;
}
