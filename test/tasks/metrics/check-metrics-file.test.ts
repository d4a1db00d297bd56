import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {checkMetricsFile} from '#dist/tasks/metrics/check-metrics-file.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

it('finds that there is no folder for the file, and makes nothing', async () => {
  const folder = await temporaryFolder();
  expect(await checkMetricsFile(undefined)).toEqual([]);
  expect(await checkMetricsFile(join(folder, 'a.prom'))).toEqual([]);
  expect(await checkMetricsFile(join(folder, 'nowhere', 'a.prom'))).toEqual([
    {
      message: expect.stringMatching(/^metrics_file cannot be written: ENOENT/),
      hint: `there must be a folder ${join(folder, 'nowhere')} that you may write`,
    },
  ]);
  expect(await readdir(folder)).toEqual([]);
});

it('finds that somebody else has the file', async () => {
  const path = join(await temporaryFolder(), 'fstab');
  await writeFile(path, '/dev/vg0/root / ext4\n');
  expect(await checkMetricsFile(path)).toEqual([
    {
      message: `cannot write metrics_file: ${path} has something else than figures of bdsync-manager, and is left alone`,
      hint: 'name a file of its own',
    },
  ]);
  expect(await readFile(path, 'utf8')).toBe('/dev/vg0/root / ext4\n');
});
