import {existsSync} from 'node:fs';
import {mkdir, open, readdir, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const GIB = 2 ** 30;
const FOUR_GIB = 4 * GIB;
/** No multiple of a block. */
const SIZE = 5 * GIB + 1000;
const BLOCK_BYTES = 65_536;
const EDIT_BYTES = 3000;
/** Where the source has data; the second one lies on both sides of 4 GiB. */
const IN_SOURCE = [GIB, FOUR_GIB - EDIT_BYTES / 2, 4.5 * GIB + 12_345, SIZE - EDIT_BYTES];
/** Where the target has data that the source has not. */
const IN_TARGET = [FOUR_GIB + 10 * BLOCK_BYTES, 4.75 * GIB];
/** Where all of that would be, had something forgotten the 33rd bit. */
const WRAPPED = [...IN_SOURCE, ...IN_TARGET].filter((position) => position > FOUR_GIB).map((far) => far - FOUR_GIB);

async function writeSparse(path: string, positions: readonly number[]): Promise<void> {
  await writeFile(path, '');
  await using file = await open(path, 'r+');
  await file.truncate(SIZE);
  for (const position of positions) await file.write(noise(EDIT_BYTES, position % 1000), 0, EDIT_BYTES, position);
}

async function readAt(path: string, position: number): Promise<Buffer> {
  await using file = await open(path, 'r');
  return (await file.read(Buffer.alloc(EDIT_BYTES), 0, EDIT_BYTES, position)).buffer;
}

/** Where holes are read in no time, and without filling the page cache. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const native = nativeBdsync ?? '';
const noNative = nativeBdsync === undefined ? NO_NATIVE_BDSYNC : undefined;
const inTwoPasses = `--bdsync-args=--blocksize=${BLOCK_BYTES} --twopass`;
const withZeros = `--bdsync-args=--blocksize=${BLOCK_BYTES} --zeroblocks`;
const throughRemote = (program: string): string[] => [
  `--local-bdsync-bin=${native}`,
  '--connection-command=env A=1',
  `--remote-bdsync-bin=${program}`,
];

describe('an image of 5 GiB is the same afterwards', () => {
  for (const {name, flow, words, skip} of [
    {name: 'in place', flow: 'in-place', words: [inTwoPasses], skip: undefined},
    {name: 'through a patch file', flow: 'patch-file', words: [inTwoPasses], skip: undefined},
    {
      name: 'in place, with original programs at both ends',
      flow: 'in-place',
      words: [withZeros, ...throughRemote(native)],
      skip: noNative,
    },
    {
      name: 'through a patch file, with an original client',
      flow: 'patch-file',
      words: [withZeros, ...throughRemote(BDSYNC)],
      skip: noNative,
    },
  ] as const) {
    if (skip !== undefined) console.warn(`SKIPPED: an image of 5 GiB ${name}: ${skip}`);
    it.skipIf(skip !== undefined)(name, async () => {
      const folder = await temporaryFolder(MEMORY);
      const source = join(folder, 'source.img');
      const target = join(folder, 'target.img');
      const patches = join(folder, 'patches');
      await Promise.all([writeSparse(source, IN_SOURCE), writeSparse(target, IN_TARGET), mkdir(patches)]);
      const flowWords = flow === 'in-place' ? [] : [`--target-patch-dir=${patches}`];
      const common = ['sync', source, target, '--json', `--state-dir=${join(folder, 'state')}`];
      const result = await runProgram(BDSYNC_MANAGER, [...common, ...words, ...flowWords]);
      expect(result.status, result.stderr).toBe(0);
      expect(taskReportOf(result)).toMatchObject({state: 'synced', figures: {flow, sourceBytes: SIZE}});

      for (const position of [...IN_SOURCE, ...IN_TARGET, ...WRAPPED]) {
        expect((await readAt(target, position)).equals(await readAt(source, position)), `at ${position}`).toBe(true);
      }
      const {size, blocks} = await stat(target);
      expect(size).toBe(SIZE);
      // Nothing else was written: each edit touches two blocks at the most.
      expect(blocks * 512).toBeLessThanOrEqual((IN_SOURCE.length + IN_TARGET.length) * 2 * BLOCK_BYTES);
      expect(await readdir(patches)).toEqual([]);
    });
  }
});
