import {open} from 'node:fs/promises';
import {BenchError} from '../bench-error.js';
import {CHUNK_BYTES} from './image-pair.js';

/**
 * Checks that two files are equal.
 *
 * @throws BenchError 'wrong-result'.
 */
export async function requireEqual(onePath: string, otherPath: string): Promise<void> {
  await using one = await open(onePath, 'r');
  await using other = await open(otherPath, 'r');
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  for (let position = 0; ; ) {
    const [first, second] = await Promise.all([
      one.read(buffers[0], 0, CHUNK_BYTES, position),
      other.read(buffers[1], 0, CHUNK_BYTES, position),
    ]);
    const isEqual = buffers[0].subarray(0, first.bytesRead).equals(buffers[1].subarray(0, second.bytesRead));
    if (!isEqual) throw new BenchError('wrong-result', `${otherPath} is not like ${onePath} behind ${position}`);
    if (first.bytesRead === 0) return;
    position += first.bytesRead;
  }
}
