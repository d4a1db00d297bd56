import {open} from 'node:fs/promises';
import {join} from 'node:path';
import type {Workbench} from '../workbench.js';
import type {ImagePair} from './image-pair.js';

/** Two images that are one hole each. */
export async function makeZeroPair(
  {folder}: Pick<Workbench, 'folder'>,
  name: string,
  sizeBytes: number,
): Promise<ImagePair> {
  const pair = {
    source: join(folder, `${name}-source.img`),
    target: join(folder, `${name}-target.img`),
    sizeBytes,
    differing: new Set<number>(),
  };
  for (const path of [pair.source, pair.target]) {
    await using image = await open(path, 'w');
    await image.truncate(sizeBytes);
  }
  return pair;
}
