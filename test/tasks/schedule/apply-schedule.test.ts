import {readFile, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {localHost} from '#dist/hosts/local-host.js';
import {applySchedule} from '#dist/tasks/schedule/apply-schedule.js';
import {NOTHING, type ScheduleChange} from '#dist/tasks/schedule/schedule-change.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

/** A change that writes `new`, removes `old` and notes in `order` what was there when its programs ran. */
async function change(more: Partial<ScheduleChange> = {}): Promise<{folder: string; change: ScheduleChange}> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'old'), '');
  const look = (when: string) => ['env', '-C', folder, 'sh', '-c', `echo ${when}: $(ls | grep -v order) >>order`];
  return {
    folder,
    change: {
      ...NOTHING,
      files: [{path: join(folder, 'new'), text: 'text\n', change: 'new'}],
      removals: [join(folder, 'old')],
      before: [look('before')],
      after: [look('after'), look('at last')],
      ...more,
    },
  };
}

test('runs programs before and after the files are written and removed', async () => {
  const {folder, change: all} = await change();
  await applySchedule(all);
  expect(await readFile(join(folder, 'order'), 'utf8')).toBe('before: old\nafter: new\nat last: new\n');
});

test('runs none where they are not to be run', async () => {
  const {folder, change: all} = await change({whyNotRun: 'systemd does not run here'});
  await applySchedule(all);
  expect(await readdir(folder)).toEqual(['new']);
});

test('stops at a program that fails, with its words', async () => {
  const {folder, change: all} = await change({before: [['sh', '-c', 'echo no such unit >&2; exit 5']]});
  await expect(applySchedule(all)).rejects.toMatchObject({
    code: 'schedule-failed',
    message: expect.stringMatching(/ended with status 5\nno such unit$/),
  });
  expect(await readdir(folder)).toEqual(['old']);
});

test('tells of a program that is missing', async () => {
  const {change: all} = await change({before: [['/nonexistent/systemctl', 'daemon-reload']]});
  await expect(applySchedule(all, localHost())).rejects.toMatchObject({code: 'command-not-found'});
});

test('writes no half a file, and leaves nothing beside it when it cannot', async () => {
  const {folder, change: all} = await change({files: [{path: '/proc/nonexistent/x', text: '', change: 'new'}]});
  await expect(applySchedule(all)).rejects.toMatchObject({code: 'schedule-file'});
  expect(await readdir(folder)).toEqual(['old', 'order']);
});
