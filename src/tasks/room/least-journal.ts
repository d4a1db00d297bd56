import {MAX_DIGEST_BYTES, RUN_HEADER_BYTES} from '../../bdsync/patch/seal-format.js';
import {EXTENT_HEADER_BYTES, MAX_EXTENT_BYTES} from '../../bdsync/patch/patch-format.js';
import type {DeviceSizes} from '../../bdsync/compare/agree-on-sizes.js';

/**
 * How large the undo journal of a patch will be at the least: it has what the target had wherever the patch writes, and
 * nothing had been there past the end of a target that becomes longer.
 */
export function leastJournal(contentBytes: number, {sourceBytes, targetBytes}: DeviceSizes): number {
  return Math.max(0, contentBytes - Math.max(0, sourceBytes - targetBytes));
}

/** How much of a patch with a seal is content at the least, with blocks of this size. */
export function leastContent(patchBytes: number, blockBytes: number): number {
  const extentBytes = Math.min(blockBytes, MAX_EXTENT_BYTES);
  const besideBytes = EXTENT_HEADER_BYTES + RUN_HEADER_BYTES + MAX_DIGEST_BYTES;
  const framedBytes = Math.max(0, patchBytes - MAX_FRAME_BYTES);
  return Math.floor((framedBytes * extentBytes) / (extentBytes + besideBytes));
}

/** Of the headers and ends of a patch and its seal, with the longest of paths in them. */
const MAX_FRAME_BYTES = 8192;
