import {randomFillSync, randomInt} from 'node:crypto';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import type {Workbench} from '../workbench.js';
import {BLOCK_BYTES, CHUNK_BYTES, type ImagePair} from './image-pair.js';

/** One block of so many differs. */
const DIFFERING_OF = 100;

/** A pair of random data in which 1 % of the blocks differ, one at a random place in each hundred. */
export async function makeRandomPair(
  {folder, signal}: Pick<Workbench, 'folder' | 'signal'>,
  sizeBytes: number,
): Promise<ImagePair> {
  const pair = {
    source: join(folder, 'source.img'),
    target: join(folder, 'target.img'),
    sizeBytes,
    differing: chooseBlocks(sizeBytes / BLOCK_BYTES),
  };
  await using source = await open(pair.source, 'w');
  await using target = await open(pair.target, 'w');
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let position = 0; position < sizeBytes; position += chunk.length) {
    signal.throwIfAborted();
    const data = randomFillSync(chunk.subarray(0, sizeBytes - position));
    await source.write(data, 0, data.length, position);
    await target.write(data, 0, data.length, position);
  }
  await spoilTarget(pair);
  await source.datasync();
  return pair;
}

/** Makes the blocks differ that should. All is on the medium then, so that no later run has to wait for that. */
export async function spoilTarget({source: sourcePath, target: targetPath, differing}: ImagePair): Promise<void> {
  await using source = await open(sourcePath, 'r');
  await using target = await open(targetPath, 'r+');
  const block = Buffer.alloc(BLOCK_BYTES);
  for (const number of differing) {
    await source.read(block, 0, BLOCK_BYTES, number * BLOCK_BYTES);
    for (let index = 0; index < BLOCK_BYTES; index += 1) block[index] = ~(block[index] ?? 0);
    await target.write(block, 0, BLOCK_BYTES, number * BLOCK_BYTES);
  }
  await target.datasync();
}

function chooseBlocks(blocks: number): ReadonlySet<number> {
  const chosen = new Set<number>();
  for (let first = 0; first < blocks; first += DIFFERING_OF) {
    chosen.add(first + randomInt(Math.min(DIFFERING_OF, blocks - first)));
  }
  return chosen;
}
