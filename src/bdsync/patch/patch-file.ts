import {fstatSync, read, readSync} from 'node:fs';
import {promisify} from 'node:util';
import {SEAL_END_MARK} from './seal-format.js';

/** Few system calls, and yet little enough that a piece is still in the processor's cache when it is written. */
const PIECE_BYTES = 2 * 1024 * 1024;

const readInto = promisify(read);

/**
 * The rest of a file, from where `descriptor` stands. While the consumer works on one piece, the next one is read. A
 * piece holds until the next one is asked for.
 */
export async function* readPatchFile(descriptor: number): AsyncGenerator<Uint8Array, void> {
  let current = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let ahead = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let reading = readInto(descriptor, ahead, 0, PIECE_BYTES, null);
  try {
    for (;;) {
      const {bytesRead} = await reading;
      if (bytesRead === 0) return;
      [current, ahead] = [ahead, current];
      reading = readInto(descriptor, ahead, 0, PIECE_BYTES, null);
      // Its failure is told when the consumer asks for it; until then nobody listens.
      reading.catch(() => {});
      yield current.subarray(0, bytesRead);
    }
  } finally {
    await reading.catch(() => {});
  }
}

/** Whether a file ends as one with a seal does; where it stands is left as it is. */
export function hasSealEndMark(descriptor: number): boolean {
  const mark = Buffer.alloc(SEAL_END_MARK.length);
  const markOffset = fstatSync(descriptor).size - mark.length;
  if (markOffset < 0) return false;
  return (
    readSync(descriptor, mark, 0, mark.length, markOffset) === mark.length && mark.equals(Buffer.from(SEAL_END_MARK))
  );
}
