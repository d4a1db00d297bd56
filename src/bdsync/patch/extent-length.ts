import {MAX_EXTENT_BYTES} from './patch-format.js';

/** Length of the extent at `position` when data up to `end` is cut at the borders of blocks and at the extents' limit. */
export function extentLength(position: number, end: number, blockBytes: number): number {
  const blockEnd = (Math.floor(position / blockBytes) + 1) * blockBytes;
  return Math.min(MAX_EXTENT_BYTES, blockEnd - position, end - position);
}
