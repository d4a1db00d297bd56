import {open, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {dropCached} from '#dist/bdsync/device/drop-cached.js';
import {noise} from '../../support/images.js';
import {cachedBytes, noPageCacheView} from '../../support/page-cache.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

it('takes a file out of the page cache, with what was written last', async ({skip}) => {
  skip(noPageCacheView !== undefined, noPageCacheView);
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, noise(1 << 20, 1));
  await using handle = await open(path, 'r+');
  const old = Buffer.alloc(4096);
  await handle.read(old, 0, old.length, 0);
  await handle.write(noise(8192, 2), 0, 8192, 65_536);
  expect(cachedBytes(path)).toBeGreaterThan(0);
  await dropCached(handle);
  expect(cachedBytes(path)).toBe(0);
  await handle.read(old, 0, old.length, 65_536);
  expect(old.equals(noise(8192, 2).subarray(0, 4096))).toBe(true);
});

it('does without where it cannot be done', async () => {
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, 'abc');
  const search = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  try {
    await using handle = await open(path, 'r+');
    await dropCached(handle);
  } finally {
    process.env['PATH'] = search;
  }
});
