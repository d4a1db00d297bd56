import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {encodeExtentHeader, encodePatchEnd, encodePatchHeader} from '#dist/bdsync/patch/patch-format.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {BLOCK_BYTES, type ImagePair} from './image-pair.js';
import {makeRandomPair, spoilTarget} from './random-pair.js';
import {requireEqual} from './require-equal.js';
import {requirePatch} from './require-patch.js';
import {writeWholePatch} from './whole-patch.js';

const SIZE_BYTES = 250 * BLOCK_BYTES;

async function makePair(): Promise<{pair: ImagePair; source: Buffer; patch: string}> {
  const folder = await temporaryFolder();
  const pair = await makeRandomPair({folder, signal: new AbortController().signal}, SIZE_BYTES);
  return {pair, source: await readFile(pair.source), patch: join(folder, 'patch')};
}

interface Extent {
  readonly position: number;
  readonly data: Uint8Array;
}

function blockAt(source: Buffer, block: number): Extent {
  return {position: block * BLOCK_BYTES, data: source.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)};
}

async function writePatch(path: string, extents: readonly Extent[], sizeBytes = SIZE_BYTES): Promise<void> {
  const bytes = extents.flatMap(({position, data}) => [encodeExtentHeader(position, data.length), data]);
  const header = encodePatchHeader({sizeBytes, deviceName: Buffer.from('target')});
  await writeFile(path, Buffer.concat([header, ...bytes, encodePatchEnd()]));
}

describe('a random pair', () => {
  it('differs in one block of each hundred, and again after the target was made equal', async () => {
    const {pair, source} = await makePair();
    expect(pair.differing.size).toBe(3);
    await expect(differingBlocks(pair)).resolves.toEqual(pair.differing);
    await writeFile(pair.target, source);
    await expect(requireEqual(pair.source, pair.target)).resolves.toBeUndefined();
    await spoilTarget(pair);
    await expect(differingBlocks(pair)).resolves.toEqual(pair.differing);
  });
});

describe('requirePatch', () => {
  it('takes the patch that has the differing blocks, in one piece each or in several', async () => {
    const {pair, source, patch} = await makePair();
    const blocks = [...pair.differing].map((block) => blockAt(source, block));
    await writePatch(patch, blocks);
    await expect(requirePatch(patch, pair)).resolves.toBeUndefined();
    const halves = blocks.flatMap(({position, data}) => [
      {position, data: data.subarray(0, 100)},
      {position: position + 100, data: data.subarray(100)},
    ]);
    await writePatch(patch, halves);
    await expect(requirePatch(patch, pair)).resolves.toBeUndefined();
  });

  it('refuses a patch that leaves a block out, or a part of it', async () => {
    const {pair, source, patch} = await makePair();
    const [first, ...others] = [...pair.differing].map((block) => blockAt(source, block));
    await writePatch(patch, others);
    await expect(requirePatch(patch, pair)).rejects.toThrow(/leaves out 4096 bytes of block/);
    await writePatch(patch, [{position: first?.position ?? 0, data: first?.data.subarray(0, -1) ?? source}, ...others]);
    await expect(requirePatch(patch, pair)).rejects.toThrow(/leaves out 1 bytes of block/);
  });

  it('refuses a patch with a block that does not differ, with other data, or for another size', async () => {
    const {pair, source, patch} = await makePair();
    const blocks = [...pair.differing];
    const right = blocks.map((block) => blockAt(source, block));
    const equal = [0, 1].find((block) => !pair.differing.has(block)) ?? 2;
    await writePatch(patch, [...right, blockAt(source, equal)]);
    await expect(requirePatch(patch, pair)).rejects.toThrow(/brings 4096 bytes of block \d+ that it need not/);
    await writePatch(patch, [...right.slice(1), {...blockAt(source, equal), position: right[0]?.position ?? 0}]);
    await expect(requirePatch(patch, pair)).rejects.toThrow(/has other data than the source/);
    await writePatch(patch, right, SIZE_BYTES + 1);
    await expect(requirePatch(patch, pair)).rejects.toThrow(/is for \d+ bytes/);
  });
});

describe('requireEqual', () => {
  it('finds one byte that differs, and a file that is longer', async () => {
    const {pair, source} = await makePair();
    await expect(requireEqual(pair.source, pair.target)).rejects.toThrow(/is not like/);
    await writeFile(pair.target, Buffer.concat([source, Buffer.of(0)]));
    await expect(requireEqual(pair.source, pair.target)).rejects.toThrow(/is not like/);
  });
});

describe('writeWholePatch', () => {
  it('has every block of the source', async () => {
    const {pair, patch} = await makePair();
    await writeWholePatch(patch, pair);
    const everything = new Set(Array.from({length: SIZE_BYTES / BLOCK_BYTES}, (_, block) => block));
    await expect(requirePatch(patch, {...pair, differing: everything})).resolves.toBeUndefined();
  });
});

async function differingBlocks({source, target}: ImagePair): Promise<Set<number>> {
  const [first, second] = await Promise.all([readFile(source), readFile(target)]);
  const blocks = Array.from({length: first.length / BLOCK_BYTES}, (_, block) => block);
  return new Set(
    blocks.filter((block) => !Buffer.from(blockAt(first, block).data).equals(blockAt(second, block).data)),
  );
}
