import type {BlockReader} from './block-reader.js';

/** A part of a device, and the memory that it is read into. */
export interface Place {
  readonly position: number;
  readonly buffer: Uint8Array;
}

/** What became of some places: so many from the first one on were read, and the one behind these failed, if one did. */
export interface PlacesRead {
  readonly count: number;
  /** BdsyncError 'read'. */
  readonly failure?: unknown;
}

/** From here on a read is worth another thread. */
const LARGE_READ_BYTES = 64 * 1024;
/** What takes longer twice in a row did not come from the page cache: one alone may have met another program. */
const QUICK_MS = 0.05;
/** More than Node has threads, so that none of these waits for us. */
const READS_AT_ONCE = 32;

/**
 * Reads places of a device: one after the other while they come from the page cache, which is faster than to ask another
 * thread for them; several at once where a drive has to bring them. Returns when no read is under way any more.
 */
export async function readPlaces(reader: BlockReader, places: readonly Place[]): Promise<PlacesRead> {
  const quick = reader.isDirect ? {count: 0} : readWhileQuick(reader, places);
  if ('failure' in quick || quick.count === places.length) return quick;
  return await readAtOnce(reader, places, quick.count);
}

function readWhileQuick(reader: BlockReader, places: readonly Place[]): PlacesRead {
  let startMs = performance.now();
  let wasQuick = true;
  for (const [count, {buffer, position}] of places.entries()) {
    if (buffer.length >= LARGE_READ_BYTES) return {count};
    try {
      reader.read(buffer, position);
    } catch (failure) {
      return {count, failure};
    }
    const endMs = performance.now();
    const isQuick = endMs - startMs <= QUICK_MS;
    if (!isQuick && !wasQuick) return {count: count + 1};
    startMs = endMs;
    wasQuick = isQuick;
  }
  return {count: places.length};
}

/** Places are begun in their order: what was not begun when one failed lies behind it. */
async function readAtOnce(reader: BlockReader, places: readonly Place[], first: number): Promise<PlacesRead> {
  let outcome: PlacesRead = {count: places.length};
  const rest = places.slice(first).entries();
  const readFromRest = async (): Promise<void> => {
    for (const [index, {buffer, position}] of rest) {
      if (first + index >= outcome.count) return;
      try {
        await reader.readMeanwhile(buffer, position);
      } catch (failure) {
        if (first + index < outcome.count) outcome = {count: first + index, failure};
      }
    }
  };
  await Promise.all(Array.from({length: Math.min(READS_AT_ONCE, places.length - first)}, readFromRest));
  return outcome;
}
