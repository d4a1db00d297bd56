import {readdir, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise, sha256, writePair} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../support/small-file-system.js';
import {BDSYNC} from '../support/spawn-program.js';
import {syncImages} from '../support/sync-images.js';
import {temporaryFolder} from '../support/temporary-folder.js';

if (noSmallFileSystem !== undefined) console.warn(`skipped, ${noSmallFileSystem}`);

const BYTES = 4 * 1024 * 1024;

describe.skipIf(noSmallFileSystem !== undefined)('a full disk at the target', () => {
  const ends = [
    ['here', []],
    ['behind a connection', ['--connection-command=env A=1', `--remote-bdsync-bin=${BDSYNC}`]],
  ] as const;
  for (const [where, connection] of ends) {
    it(`${where}, for the patch: the target is not touched, and nothing stays there`, async () => {
      const folder = await temporaryFolder();
      const patches = join(folder, 'patches');
      mountSmallFileSystem(patches, '1m');
      await writePair(join(folder, 's.img'), join(folder, 't.img'), 100, 1);
      await writeFile(join(folder, 's.img'), noise(BYTES, 3));
      await truncate(join(folder, 't.img'), BYTES);
      const before = await sha256(join(folder, 't.img'));
      const result = await syncImages(folder, join(folder, 't.img'), `--target-patch-dir=${patches}`, ...connection);
      expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('t.img on')});
      expect(result.stderr).toContain('was not touched');
      expect(taskReportOf(result)).toMatchObject({
        failure: {
          code: 'disk-full',
          hint: expect.stringContaining('target_patch_dir'),
          target: {path: join(folder, 't.img'), state: 'untouched'},
        },
      });
      expect(await readdir(patches)).toEqual([]);
      expect(await sha256(join(folder, 't.img'))).toBe(before);
    });

    const journalFaults = [
      ['the journal does not fit beside it', '5500k', {}, /no room for the undo journal|needs at least/],
      ['there is no room for another file, which df does not show', '64m', {files: 1}, /cannot make the undo journal/],
    ] as const;
    for (const [what, size, limits, words] of journalFaults) {
      it(`${where}, for all but the patch, ${what}: the target is not touched, and nothing stays there`, async () => {
        const folder = await temporaryFolder();
        const [patches, target] = [join(folder, 'patches'), join(folder, 't.img')];
        mountSmallFileSystem(patches, size, limits);
        await writeFile(join(folder, 's.img'), noise(BYTES, 3));
        await writeFile(target, noise(BYTES, 4));
        const before = await sha256(target);
        const result = await syncImages(folder, target, `--target-patch-dir=${patches}`, ...connection);
        expect(result.status).toBe(3);
        const report = taskReportOf(result);
        expect(report).toMatchObject({
          failure: {
            code: 'disk-full',
            hint: expect.stringMatching(/^make room in .*patches on that host.*target_patch_dir.*apply_patch_in_place/),
            target: {path: target, state: 'untouched'},
          },
        });
        if (report.state === 'failed') {
          expect([report.failure.message, ...report.failure.errorLines].join('\n')).toMatch(words);
        }
        expect(await readdir(patches)).toEqual([]);
        expect(await sha256(target)).toBe(before);
      });
    }

    it(`${where}, for the target in place: it is told as partly written, and the next run repairs it`, async () => {
      const folder = await temporaryFolder();
      const disk = mountSmallFileSystem(join(folder, 'disk'), '1m');
      const target = join(folder, 'disk', 't.img');
      await writeFile(join(folder, 's.img'), noise(BYTES, 3));
      await writeFile(target, '');
      await truncate(target, BYTES);
      const result = await syncImages(folder, target, ...connection);
      expect(result.status).toBe(3);
      expect(result.stderr).toContain(`${target} is incomplete`);
      expect(result.stderr).toMatch(/target: .*t\.img on .* may be partly written; the next run completes it/);
      expect(result.stderr).not.toContain('--apply-patch-in-place');
      expect(taskReportOf(result)).toMatchObject({
        failure: {code: 'disk-full', target: {path: target, state: 'partly-written'}},
      });
      const marks = join(folder, 'state', 'incomplete');
      expect(await readdir(marks)).toHaveLength(1);
      disk.grow('8m');
      const next = await syncImages(folder, target, ...connection);
      expect(next).toMatchObject({status: 0});
      expect(taskReportOf(next)).toMatchObject({
        notes: [expect.stringMatching(/was incomplete since .*; compared anew$/)],
      });
      expect(await readdir(marks)).toEqual([]);
      expect(await sha256(target)).toBe(await sha256(join(folder, 's.img')));
    });
  }
});
