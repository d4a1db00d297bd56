import {chmod, chown, link, lstat, mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {addSection} from '#dist/tasks/init/add-section.js';
import {type ConfigDraft, openConfigDraft} from '#dist/tasks/init/config-draft.js';
import {createFreshFile} from '#dist/tasks/init/fresh-file.js';
import {writeConfig} from '#dist/tasks/init/write-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const KEYS = new Map([['source_path', '/srv/a.img'] as const, ['target_path', '/srv/b.img'] as const]);
const THERE = '# mine\n[there]\nsource_path = /srv/x.img';

const write = (draft: ConfigDraft): Promise<void> => writeConfig(addSection(draft, 'home', KEYS));

test('a new file is for its owner alone, and nothing else is left', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'x.conf');
  await write(await openConfigDraft(file));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toMatch(/^# The tasks of bdsync-manager[^]*\n\[home\]\n/);
  expect(await readdir(folder)).toEqual(['x.conf']);
});

test('a file that is there keeps its text, its mode and its owner, and the link that leads to it', async () => {
  const folder = await temporaryFolder();
  const [real, file] = [join(folder, 'real', 'y.conf'), join(folder, 'x.conf')];
  await mkdir(join(folder, 'real'));
  await writeFile(real, THERE);
  await symlink(real, file);
  await chmod(real, 0o640);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(real, 1234, 2345);
  await write(await openConfigDraft(file));
  expect(await readFile(file, 'utf8')).toMatch(/^# mine\n\[there\]\nsource_path = \/srv\/x\.img\n\n\[home\]\n/);
  const {mode, uid, gid} = await stat(real);
  expect(mode & 0o777).toBe(0o640);
  if (isRoot) expect({uid, gid}).toEqual({uid: 1234, gid: 2345});
  expect(await readdir(folder)).toEqual(['real', 'x.conf']);
  expect(await readdir(join(folder, 'real'))).toEqual(['y.conf']);
});

test.each([
  ['that appeared meanwhile', undefined],
  ['that was changed meanwhile', THERE],
])('a file %s is left as it is', async (_what, before) => {
  const folder = await temporaryFolder();
  const file = join(folder, 'x.conf');
  if (before !== undefined) await writeFile(file, before);
  const draft = await openConfigDraft(file);
  await writeFile(file, '[of somebody else]\n');
  await expect(write(draft)).rejects.toMatchObject({
    code: 'config-file',
    message: expect.stringContaining('meanwhile'),
  });
  expect(await readFile(file, 'utf8')).toBe('[of somebody else]\n');
  expect(await readdir(folder)).toEqual(['x.conf']);
});

const LEFT = '.x.conf.new';

test.each([
  ['a part of the file', async (path: string) => await writeFile(path, '[half')],
  ['a second name of the file', async (path: string) => await link(path.replace(LEFT, 'x.conf'), path)],
])('what a killed process has left, %s, is removed', async (_what, leave) => {
  const folder = await temporaryFolder();
  const file = join(folder, 'x.conf');
  await writeFile(file, THERE);
  await leave(join(folder, LEFT));
  await write(await openConfigDraft(file));
  expect(await readFile(file, 'utf8')).toMatch(/^# mine\n[^]*\n\[home\]\n/);
  expect(await readdir(folder)).toEqual(['x.conf']);
});

const NOT_OURS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'a link': (path) => symlink('/etc/passwd', path),
  'a folder': (path) => mkdir(path),
  "somebody else's file": async (path) => {
    await writeFile(path, '');
    await chown(path, 1234, 2345);
  },
};

test.each(Object.entries(NOT_OURS))('%s of that name is left alone', async (what, make) => {
  // Only root gives files away.
  if (what.startsWith('somebody') && process.getuid?.() !== 0) return;
  const folder = await temporaryFolder();
  await make(join(folder, LEFT));
  const before = await lstat(join(folder, LEFT));
  await expect(write(await openConfigDraft(join(folder, 'x.conf')))).rejects.toMatchObject({
    code: 'config-file',
    message: expect.stringContaining('is in the way'),
    hint: 'see what it is, and remove it',
  });
  expect((await lstat(join(folder, LEFT))).ino).toBe(before.ino);
  expect(await readdir(folder)).toEqual([LEFT]);
});

test('what another process is writing is left to it', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'x.conf');
  await using other = await createFreshFile(join(folder, LEFT), []);
  await other.handle.writeFile('[other]\n');
  await expect(write(await openConfigDraft(file))).rejects.toMatchObject({
    code: 'config-file',
    message: expect.stringMatching(/^another process is writing /),
  });
  expect(await readFile(join(folder, LEFT), 'utf8')).toBe('[other]\n');
});

test('of several at once, one writes, and the others say why not', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'x.conf');
  const draft = await openConfigDraft(file);
  const names = ['a', 'b', 'c', 'd'];
  const endings = await Promise.allSettled(names.map((name) => writeConfig(addSection(draft, name, KEYS))));
  const winners = names.filter((_, index) => endings[index]?.status === 'fulfilled');
  expect(winners.length).toBeLessThanOrEqual(1);
  for (const ending of endings)
    if (ending.status === 'rejected') expect(ending.reason).toMatchObject({code: 'config-file'});
  expect(await readdir(folder)).toEqual(winners.length === 1 ? ['x.conf'] : []);
  for (const name of winners) expect(await readFile(file, 'utf8')).toContain(`\n[${name}]\n`);
});

test.each([
  ['a folder', '.', /is no file/],
  ['a device', '/dev/null', /is no file/],
  ['a file in a folder that is missing', 'missing/x.conf', /cannot write .*ENOENT/],
  ['a file below a file', 'plain/x.conf', /cannot look at .*ENOTDIR/],
])('%s is no place for a configuration', async (_what, name, message) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'plain'), '[a]\n');
  const file = name.startsWith('/') ? name : join(folder, name);
  await expect(openConfigDraft(file)).rejects.toMatchObject({
    code: 'config-file',
    message: expect.stringMatching(message),
  });
});

test('a configuration that is faulty is told as what it is', async () => {
  const file = join(await temporaryFolder(), 'x.conf');
  await writeFile(file, 'no section\n');
  await expect(openConfigDraft(file)).rejects.toMatchObject({code: 'config-syntax'});
});

test.skipIf(process.getuid?.() === 0)('who may not write there is told so before anything is asked', async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o500);
  await expect(openConfigDraft(join(folder, 'x.conf'))).rejects.toMatchObject({
    code: 'config-file',
    hint: 'only root may do that; another file is named with --config',
  });
});
