import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import type {DiffOptions} from '#dist/bdsync/client.js';
import {noise} from './images.js';

export interface ImagePair {
  readonly local: Buffer;
  readonly remote: Buffer;
}

const edit = fc.record({
  where: fc.double({min: 0, max: 1, noNaN: true}),
  bytes: fc.oneof(fc.integer({min: 1, max: 40}), fc.integer({min: 1, max: 200_000})),
  kind: fc.constantFrom('noise', 'zeros', 'one bit'),
});
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

function applyEdit(image: Buffer, {where, bytes, kind}: Edit, seed: number): void {
  const start = Math.floor(where * image.length);
  const stretch = image.subarray(start, start + bytes);
  if (kind === 'zeros') stretch.fill(0);
  else if (kind === 'noise') noise(stretch.length, seed).copy(stretch);
  else if (stretch.length > 0) stretch[0] = (stretch[0] ?? 0) ^ 1;
}

const sizeBytes = fc.oneof(
  fc.integer({min: 0, max: 5000}),
  fc.integer({min: 0, max: 400_000}),
  fc.integer({min: 1, max: 90}).map((blocks) => blocks * 4096),
);

/** Two images that were one: same or different sizes, some edits, stretches of zeros. */
export const imagePair: fc.Arbitrary<ImagePair> = fc
  .record({
    local: sizeBytes,
    remote: fc.option(sizeBytes),
    seed: fc.integer({min: 1, max: 2 ** 31 - 1}),
    before: fc.array(edit, {maxLength: 3}),
    after: fc.array(edit, {maxLength: 12}),
  })
  .map(({local: localBytes, remote: remoteBytes, seed, before, after}) => {
    const base = noise(Math.max(localBytes, remoteBytes ?? 0), seed);
    for (const [index, change] of before.entries()) applyEdit(base, {...change, kind: 'zeros'}, seed + index + 1);
    const local = Buffer.from(base.subarray(0, localBytes));
    for (const [index, change] of after.entries()) applyEdit(local, change, seed + index + 100);
    return {local, remote: Buffer.from(base.subarray(0, remoteBytes ?? localBytes))};
  });

/** All ways to compare; `fixedSalt` and the size policy are the test's own business. */
export const diffChoices: fc.Arbitrary<Omit<DiffOptions, 'fixedSalt' | 'sizePolicy'>> = fc
  .record({
    blockBytes: fc.oneof(
      fc.constantFrom(512, 1024, 4096, 16384, 32768, 65536, 131072),
      fc.integer({min: 512, max: 131072}),
    ),
    digest: fc.constantFrom('md5', 'sha1', 'sha256', 'sha512'),
    checksum: fc.option(fc.constantFrom('md5', 'sha256', 'sha512'), {nil: undefined}),
    twoPass: fc.boolean(),
    remoteData: fc.boolean(),
    flushCache: fc.boolean(),
  })
  .map(({checksum, ...options}) => ({...options, ...(checksum !== undefined && {checksum})}));

/** Leaves out what the original program cannot do: with such blocks and sizes it writes past the end. */
export function spareTheOriginal({local, remote}: ImagePair, {blockBytes}: Pick<DiffOptions, 'blockBytes'>): void {
  // A block is larger than an extent can hold.
  fc.pre(blockBytes <= 32768 || local.length === remote.length);
  fc.pre(local.length + remote.length > 0);
}

/** As local.img and remote.img. */
export async function writeImagePair(folder: string, {local, remote}: ImagePair): Promise<void> {
  await writeFile(join(folder, 'local.img'), local);
  await writeFile(join(folder, 'remote.img'), remote);
}
