import {copyFile, readdir, readFile, rename, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise} from '../../support/images.js';
import {attachLoopDevice, noLoopDevices} from '../../support/loop-device.js';
import {OUR_BDSYNC, runBdsync, serverCommand} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const BLOCK = 4096;
const BLOCKS = 20;
const BYTES = BLOCK * BLOCKS;
const NEW = noise(BYTES, 1);
/** Differs in blocks 2, 9 and 17. */
const OLD = Buffer.from(NEW);
for (const block of [2, 9, 17]) OLD.fill('o', block * BLOCK, (block + 1) * BLOCK);

interface Pair {
  readonly folder: string;
  readonly target: string;
  readonly patch: string;
  readonly apply: (target?: string) => ReturnType<typeof runBdsync>;
}

/** A target, and a patch that was made and sealed for it, by the program. */
async function sealedPair(): Promise<Pair> {
  const folder = await temporaryFolder();
  const [target, patch] = [join(folder, 'target.img'), join(folder, 'patch')];
  await writeFile(join(folder, 'source.img'), NEW);
  await writeFile(target, OLD);
  const held = await runBdsync([`--hold=${target}`, '--holder='], {input: new Uint8Array(0)});
  const {facts}: {facts: {lastingIdentity: string}} = JSON.parse(held.stdout.toString());
  const words = [`--seal=${facts.lastingIdentity}`, serverCommand(), 'source.img', 'target.img'];
  const {status, stdout} = await runBdsync(words, {cwd: folder});
  expect(status).toBe(0);
  await writeFile(patch, stdout);
  return {folder, target, patch, apply: (path = target) => runBdsync([`--patch=${path}`, `--sealed=${patch}`])};
}

async function change(path: string, edits: readonly (readonly [position: number, bytes: Buffer])[]): Promise<Buffer> {
  const image = await readFile(path);
  for (const [position, bytes] of edits) bytes.copy(image, position);
  await writeFile(path, image);
  return image;
}

function newBlocks(...blocks: readonly number[]): (readonly [number, Buffer])[] {
  return blocks.map((block) => [block * BLOCK, NEW.subarray(block * BLOCK, (block + 1) * BLOCK)]);
}

const OTHER = Buffer.from('x');

describe('a target that was changed after it had been compared', () => {
  it.each([
    ['at the first extent', 2 * BLOCK, 2],
    ['at an extent in the middle, in its last byte', 10 * BLOCK - 1, 9],
    ['at the last extent', 17 * BLOCK + 100, 17],
  ])('%s, is refused and named', async (_, position, block) => {
    const {folder, target, apply} = await sealedPair();
    const changed = await change(target, [[position, OTHER]]);
    expect(await apply()).toMatchObject({
      status: 16,
      stderr: expect.stringContaining(`has changed since it was compared: the extent at position ${block * BLOCK} `),
    });
    expect((await readFile(target)).equals(changed)).toBe(true);
    expect((await readdir(folder)).toSorted()).toEqual(['patch', 'source.img', 'target.img']);
  });

  it('outside of all extents, is brought in step where it differed, and nowhere else', async () => {
    const {target, apply} = await sealedPair();
    await change(target, [[5 * BLOCK, OTHER]]);
    expect(await apply()).toMatchObject({status: 0, stderr: ''});
    const expected = Buffer.from(NEW);
    OTHER.copy(expected, 5 * BLOCK);
    expect((await readFile(target)).equals(expected)).toBe(true);
  });

  it.each([
    ['in part', [9], /^sealed applied /],
    ['but for one block', [2, 17], /^sealed applied /],
    ['in all', [2, 9, 17], /^sealed unchanged extents=0 bytes=0 /],
  ])('to the new content, %s, is a success', async (_, blocks, outcome) => {
    const {target, apply} = await sealedPair();
    await change(target, newBlocks(...blocks));
    const {status, stdout} = await apply();
    expect([status, stdout.toString()]).toEqual([0, expect.stringMatching(outcome)]);
    expect((await readFile(target)).equals(NEW)).toBe(true);
  });

  it('to the new content in one place, and to something else in another, is refused', async () => {
    const {target, apply} = await sealedPair();
    const changed = await change(target, [...newBlocks(2), [17 * BLOCK, OTHER]]);
    expect(await apply()).toMatchObject({status: 16, stderr: expect.stringContaining(`position ${17 * BLOCK} `)});
    expect((await readFile(target)).equals(changed)).toBe(true);
  });

  it.each([
    ['shorter', BYTES - 1],
    ['empty', 0],
    ['longer', BYTES + 1],
  ])('and is %s now, is refused', async (_, bytes) => {
    const {target, apply} = await sealedPair();
    await truncate(target, bytes);
    const changed = await readFile(target);
    expect(await apply()).toMatchObject({status: 16, stderr: expect.stringContaining(`has ${bytes} bytes, expected`)});
    expect((await readFile(target)).equals(changed)).toBe(true);
  });

  it('and is another file with the same content, is refused', async () => {
    const {folder, target, apply} = await sealedPair();
    await copyFile(target, join(folder, 'copy.img'));
    await rename(join(folder, 'copy.img'), target);
    expect(await apply()).toMatchObject({status: 16, stderr: expect.stringContaining('is not the target of')});
    expect((await readFile(target)).equals(OLD)).toBe(true);
  });

  it('and is a block device with the same content, is refused', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const {target, apply} = await sealedPair();
    expect(await apply(attachLoopDevice(target))).toMatchObject({
      status: 16,
      stderr: expect.stringContaining('it cannot be told what it is'),
    });
    expect((await readFile(target)).equals(OLD)).toBe(true);
  });

  it('while a part of it was written already, is refused by --recover where the file is another one', async () => {
    const {folder, target, patch} = await sealedPair();
    // The journal fits into what a file may have here, what the target gets at last does not.
    const limit = Math.ceil((17 * BLOCK) / 512);
    const program = ['/bin/sh', '-c', `ulimit -f ${limit}; exec "$@"`, 'sh', ...OUR_BDSYNC];
    const words = [`--patch=${target}`, `--sealed=${patch}`];
    expect((await runBdsync(words, {program})).status).toBe(9);
    const partly = await readFile(target);
    expect([partly.equals(OLD), await readdir(folder)]).toEqual([false, expect.arrayContaining(['patch.journal'])]);
    await copyFile(target, join(folder, 'copy.img'));
    await rename(target, join(folder, 'first.img'));
    await rename(join(folder, 'copy.img'), target);
    for (const mode of ['--recover', '--rollback']) expect((await runBdsync([...words, mode])).status).toBe(16);
    expect((await readFile(target)).equals(partly)).toBe(true);
    await rename(join(folder, 'first.img'), target);
    expect(await runBdsync([...words, '--recover'])).toMatchObject({status: 0});
    expect((await readFile(target)).equals(NEW)).toBe(true);
  });
});
