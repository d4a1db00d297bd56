import {noise} from '../support/images.js';

/** The size of a block that is compared, and of a stripe. */
export const BLOCK_BYTES = 4096;
const BLOCKS = 1536;
/** Less than a block more, so that the ends lie within blocks. */
const ODD_BYTES = 1000;

/** How the sizes of the images of one task go from night to night. */
export type Sizes = 'equal' | 'growing' | 'shrinking';

/**
 * What a source is in night `night`; 0 is what the target was before. Every other block changes from each night to the
 * next, so that each is an extent of its own, and most of one megabyte is written in pieces of a block.
 */
export function nightImage(night: number, sizes: Sizes): Buffer {
  const image = noise(bytesOf(night, sizes), 1);
  for (let since = 1; since <= night; since += 1) {
    const fresh = noise(image.length, since + 1);
    for (let at = (since % 2) * BLOCK_BYTES; at < image.length; at += 2 * BLOCK_BYTES) {
      fresh.copy(image, at, at, at + BLOCK_BYTES);
    }
  }
  return image;
}

function bytesOf(night: number, sizes: Sizes): number {
  const step = {equal: 0, growing: 1, shrinking: -1}[sizes];
  return BLOCKS * BLOCK_BYTES + step * night * (30 * BLOCK_BYTES + ODD_BYTES);
}
