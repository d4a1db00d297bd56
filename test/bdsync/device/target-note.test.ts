import {spawnSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {
  readLiveTargetNote,
  removeTargetNote,
  type TargetNote,
  targetNotePath,
  writeTargetNote,
} from '#dist/bdsync/device/target-note.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const NOTE: TargetNote = {
  path: '/dev/vg0/home',
  holder: 'the nightly run',
  pid: process.pid,
  since: '2024-02-03T04:05:06.000Z',
  machineId: 'this boot',
};

async function writtenNote(note: TargetNote): Promise<string> {
  const path = targetNotePath(await temporaryFolder(), 'rdev:8:1');
  await writeTargetNote(path, note);
  return path;
}

it('is read back while its writer runs', async () => {
  const path = await writtenNote(NOTE);
  expect(await readLiveTargetNote(path, 'this boot')).toEqual(NOTE);
  await writeTargetNote(path, {...NOTE, holder: 'another'});
  expect(await readLiveTargetNote(path, 'this boot')).toMatchObject({holder: 'another'});
});

it('is kept apart for each target', () => {
  expect(targetNotePath('/state', 'rdev:8:1')).not.toBe(targetNotePath('/state', 'rdev:8:2'));
});

it('means nothing after a boot, when its writer is gone, or when it is gone', async () => {
  const path = await writtenNote(NOTE);
  expect(await readLiveTargetNote(path, 'the next boot')).toBeUndefined();
  const {pid} = spawnSync('true');
  await writeTargetNote(path, {...NOTE, pid});
  expect(await readLiveTargetNote(path, 'this boot')).toBeUndefined();
  await removeTargetNote(path);
  await removeTargetNote(path);
  expect(await readLiveTargetNote(path, 'this boot')).toBeUndefined();
});

it.each(['', 'no json', 'null', '{"pid": 1}', JSON.stringify({...NOTE, pid: '1'})])(
  'is ignored as %j',
  async (text) => {
    const path = await writtenNote(NOTE);
    await writeFile(path, text);
    expect(await readLiveTargetNote(path, 'this boot')).toBeUndefined();
  },
);
