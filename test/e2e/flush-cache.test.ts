import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {writePair} from '../support/images.js';
import {cachedBytes, dropFromPageCache, noPageCacheView} from '../support/page-cache.js';
import {taskReportOf} from '../support/reports.js';
import {runBdsync, serverCommand} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const IMAGE_BYTES = 8 * 2 ** 20;

if (noPageCacheView !== undefined) console.warn(`SKIPPED: what is left in the page cache: ${noPageCacheView}`);

async function imagesOutsideTheCache() {
  const folder = await temporaryFolder();
  const source = join(folder, 'source.img');
  const target = join(folder, 'target.img');
  await writePair(source, target, IMAGE_BYTES, 5);
  for (const path of [source, target]) {
    dropFromPageCache(path);
    expect(cachedBytes(path)).toBe(0);
  }
  /** In words, because the system may take a page back at any time. */
  const cached = (): string[] =>
    [source, target].map((path) => {
      const bytes = cachedBytes(path);
      if (bytes === 0) return 'nothing';
      return bytes > IMAGE_BYTES / 2 ? 'most' : `${bytes} bytes`;
    });
  return {folder, source, target, cached};
}

describe.skipIf(noPageCacheView !== undefined)('the page cache', () => {
  it('is left alone by client and server with --flushcache, and holds both images without', async () => {
    const {source, target, cached} = await imagesOutsideTheCache();
    const direct = await runBdsync(['--flushcache', serverCommand(), source, target]);
    expect(direct).toMatchObject({status: 0, stderr: ''});
    expect(cached()).toEqual(['nothing', 'nothing']);
    const usual = await runBdsync([serverCommand(), source, target]);
    expect(usual.stdout.equals(direct.stdout)).toBe(true);
    expect(cached()).toEqual(['most', 'most']);
  });

  it('serves where a block size does not allow to read past it', async () => {
    const {source, target} = await imagesOutsideTheCache();
    const words = ['--blocksize=1000', serverCommand(), source, target];
    const direct = await runBdsync(['--flushcache', ...words]);
    expect(direct).toMatchObject({status: 0, stderr: ''});
    expect(direct.stdout.equals((await runBdsync(words)).stdout)).toBe(true);
  });

  it.each([
    ['is left alone by a task with flush_cache', ['--flush-cache'], ['nothing', 'nothing']],
    [
      'is left alone by a task with --flushcache in bdsync_args',
      ['--bdsync-args=--flushcache'],
      ['nothing', 'nothing'],
    ],
    ['holds both images after a task without', [], ['most', 'most']],
  ])('%s', async (_, options, expected) => {
    const {folder, source, target, cached} = await imagesOutsideTheCache();
    const words = ['sync', source, target, '--apply-patch-in-place', '--dry-run', '--json', ...options];
    const result = await runProgram(BDSYNC_MANAGER, words, {STATE_DIRECTORY: join(folder, 'state'), HOME: folder});
    expect(result).toMatchObject({status: 0, stderr: ''});
    expect(taskReportOf(result)).toMatchObject({figures: {sourceBytes: IMAGE_BYTES}});
    expect(cached()).toEqual(expected);
  });
});
