import {spawnSync} from 'node:child_process';
import {chmod, readdir, readFile, rename, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {type TargetNote, TargetNoteFile} from '#dist/bdsync/device/target-note.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const NOTE: TargetNote = {
  path: '/dev/vg0/home',
  holder: 'the nightly run',
  pid: process.pid,
  since: '2024-02-03T04:05:06.000Z',
  machineId: 'this boot',
};

interface WrittenNote {
  readonly file: TargetNoteFile;
  readonly folder: string;
  readonly path: string;
}

async function writtenNote(note: TargetNote): Promise<WrittenNote> {
  const stateDir = await temporaryFolder();
  const file = new TargetNoteFile(stateDir, 'rdev:8:1');
  await file.write(note);
  const folder = join(stateDir, 'targets');
  const [name = ''] = await readdir(folder);
  return {file, folder, path: join(folder, name)};
}

it('is read back while its writer runs', async () => {
  const {file} = await writtenNote(NOTE);
  expect(await file.readLive('this boot')).toEqual(NOTE);
  await file.write({...NOTE, holder: 'another'});
  expect(await file.readLive('this boot')).toMatchObject({holder: 'another'});
});

it('is kept apart for each target', async () => {
  const stateDir = await temporaryFolder();
  await new TargetNoteFile(stateDir, 'rdev:8:1').write(NOTE);
  expect(await new TargetNoteFile(stateDir, 'rdev:8:2').readLive('this boot')).toBeUndefined();
});

it('means nothing after a boot, when its writer is gone, or when it is gone', async () => {
  const {file} = await writtenNote(NOTE);
  expect(await file.readLive('the next boot')).toBeUndefined();
  const {pid} = spawnSync('true');
  await file.write({...NOTE, pid});
  expect(await file.readLive('this boot')).toBeUndefined();
  await file.write(NOTE);
  await file.remove();
  await file.remove();
  expect(await file.readLive('this boot')).toBeUndefined();
});

it.each(['', 'no json', 'null', '{"pid": 1}', JSON.stringify({...NOTE, pid: '1'})])(
  'is ignored as %j',
  async (text) => {
    const {file, path} = await writtenNote(NOTE);
    await writeFile(path, text);
    expect(await file.readLive('this boot')).toBeUndefined();
  },
);

it('is neither read nor written through a link', async () => {
  const {file, path} = await writtenNote(NOTE);
  const elsewhere = join(await temporaryFolder(), 'elsewhere');
  await rename(path, elsewhere);
  await symlink(elsewhere, path);
  expect(await file.readLive('this boot')).toBeUndefined();
  await symlink(elsewhere, `${path}.new`);
  await expect(file.write({...NOTE, holder: 'another'})).rejects.toThrow('ELOOP');
  expect(JSON.parse(await readFile(elsewhere, 'utf8'))).toEqual(NOTE);
});

it('is neither read nor written where others may write', async () => {
  const {file, folder} = await writtenNote(NOTE);
  await chmod(folder, 0o777);
  expect(await file.readLive('this boot')).toBeUndefined();
  await expect(file.write(NOTE)).rejects.toMatchObject({code: 'state-dir'});
});
