import type {HashRange} from '../wire/block-messages.js';
import type {Extent} from './extent-list.js';

/**
 * The ranges of digests that cover extents exactly: what an extent has behind its last whole block is a range of one
 * shorter block, so that nothing past its end is compared.
 */
export function* rangesOf(extents: Iterable<Extent>, blockBytes: number, maxCount: number): Generator<HashRange> {
  for (const {position, length} of extents) {
    const blocks = Math.floor(length / blockBytes);
    for (let first = 0; first < blocks; first += maxCount) {
      yield {start: position + first * blockBytes, step: blockBytes, count: Math.min(maxCount, blocks - first)};
    }
    const rest = length % blockBytes;
    if (rest > 0) yield {start: position + length - rest, step: rest, count: 1};
  }
}
