import {chmod, mkdir, open, readdir, readFile, rename, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {birthOf, type MarkedTarget, parseTargetMark, TargetMarkFile} from '#dist/bdsync/device/target-mark.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const WRITTEN = {path: '/srv/home.img', by: 'the nightly run'};
const IDENTITY = 'file:4f1c:12';
const TARGET: MarkedTarget = {path: WRITTEN.path, lastingIdentity: IDENTITY, bornMs: undefined};

interface WrittenMark {
  readonly mark: TargetMarkFile;
  readonly stateDir: string;
  readonly folder: string;
  readonly path: string;
}

async function writtenMark(): Promise<WrittenMark> {
  const stateDir = join(await temporaryFolder(), 'state');
  const mark = new TargetMarkFile(stateDir, TARGET);
  await mark.write(WRITTEN);
  const folder = join(stateDir, 'incomplete');
  const [name = ''] = await readdir(folder);
  return {mark, stateDir, folder, path: join(folder, name)};
}

it('is there, and private, until it is removed', async () => {
  const {mark, stateDir, folder, path} = await writtenMark();
  expect(await mark.read()).toEqual({
    state: 'incomplete',
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    by: 'the nightly run',
  });
  for (const made of [stateDir, folder]) expect((await stat(made)).mode & 0o777).toBe(0o700);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await mark.remove();
  await mark.remove();
  expect(await mark.read()).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

it('is looked for and removed without making anything', async () => {
  const stateDir = join(await temporaryFolder(), 'state');
  const mark = new TargetMarkFile(stateDir, TARGET);
  expect(await mark.read()).toBeUndefined();
  await mark.remove();
  await expect(stat(stateDir)).rejects.toThrow('ENOENT');
});

it('keeps the time of the first interruption, and names who wrote last', async () => {
  const {mark, path} = await writtenMark();
  const first: object = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({...first, since: '2024-02-03T04:05:06.000Z'}));
  await mark.write({...WRITTEN, by: 'another run'});
  expect(await mark.read()).toEqual({state: 'incomplete', since: '2024-02-03T04:05:06.000Z', by: 'another run'});
});

it('is that of the target, by whatever path, and of a target without an identity by its path', async () => {
  const {stateDir} = await writtenMark();
  const found = async (path: string, identity: string) =>
    (await new TargetMarkFile(stateDir, {...TARGET, path, lastingIdentity: identity}).read())?.state;
  expect(await found('/another/path', IDENTITY)).toBe('incomplete');
  expect(await found(WRITTEN.path, 'file:4f1c:13')).toBeUndefined();
  expect(await found(WRITTEN.path, '')).toBeUndefined();
  await new TargetMarkFile(stateDir, {...TARGET, path: '/dev/sdb', lastingIdentity: ''}).write(WRITTEN);
  expect(await found('/dev/../dev/sdb', '')).toBe('incomplete');
  expect(await found('/dev/sdc', '')).toBeUndefined();
});

it('is not that of a file that was made at another time, and has the inode of one that is gone', async () => {
  const stateDir = join(await temporaryFolder(), 'state');
  const bornMs = Date.now() + 3_600_000;
  const marked = new TargetMarkFile(stateDir, {...TARGET, bornMs});
  await marked.write(WRITTEN);
  const stateFor = async (bornMs: number | undefined) =>
    (await new TargetMarkFile(stateDir, {...TARGET, bornMs}).read())?.state;
  expect(await stateFor(bornMs + 1)).toBeUndefined();
  expect(await stateFor(bornMs - 1)).toBeUndefined();
  // Made while the clock was ahead, and marked when it was right again.
  expect(await stateFor(bornMs)).toBe('incomplete');
  expect(await stateFor(undefined)).toBe('incomplete');
  await new TargetMarkFile(stateDir, {...TARGET, bornMs: bornMs + 1}).remove();
  expect(await marked.read()).toBeUndefined();
});

it('of a file whose time was not known is not that of one that was made later', async () => {
  const {stateDir} = await writtenMark();
  const younger = new TargetMarkFile(stateDir, {...TARGET, bornMs: Date.now() + 1000});
  const older = new TargetMarkFile(stateDir, {...TARGET, bornMs: Date.now() - 60_000});
  expect(await younger.read()).toBeUndefined();
  expect((await older.read())?.state).toBe('incomplete');
});

it('knows when a file was made, and nothing of the kind of a device', async () => {
  const before = Date.now();
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, '');
  await using handle = await open(path, 'r+');
  // What is written later changes nothing of it.
  await setTimeout(20);
  await handle.writeFile('data');
  const file = {kind: 'file' as const, major: 1, minor: 2, inode: '3'};
  const born = birthOf(handle.fd, file);
  // The kernel's clock for files goes in steps of some milliseconds.
  expect(born === undefined || Math.abs(born - before) < 5000).toBe(true);
  await setTimeout(20);
  await handle.chmod(0o600);
  expect(birthOf(handle.fd, file)).toBe(born);
  expect(birthOf(handle.fd, {...file, kind: 'block'})).toBeUndefined();
});

const WHOLE = {target: IDENTITY, ...WRITTEN, since: '2024-02-03T04:05:06.000Z'};

it.each([
  ['', /JSON/],
  ['no json', /JSON/],
  ['null', /damaged/],
  ['{"since": 1}', /damaged/],
  [JSON.stringify({...WHOLE, since: 'yesterday'}), /damaged/],
  [JSON.stringify({...WHOLE, since: `${' '.repeat(100)}2024-02-03`}), /damaged/],
  [JSON.stringify({...WHOLE, by: null}), /damaged/],
  [JSON.stringify({...WHOLE, target: 'dm-uuid:LVM-1'}), /about another target/],
  [JSON.stringify({...WHOLE, more: 'x'.repeat(70_000)}), /more than 65536 bytes/],
])('is told as one that cannot be read: %j', async (text, reason) => {
  const {mark, path} = await writtenMark();
  await writeFile(path, text);
  expect(await mark.read()).toEqual({state: 'unreadable', reason: expect.stringMatching(reason)});
  await mark.write(WRITTEN);
  expect(await mark.read()).toMatchObject({state: 'incomplete'});
  await writeFile(path, text);
  await mark.remove();
  expect(await mark.read()).toBeUndefined();
});

it('is neither read nor written through a link, which goes with the mark', async () => {
  const {mark, folder, path} = await writtenMark();
  const elsewhere = join(await temporaryFolder(), 'elsewhere');
  await rename(path, elsewhere);
  await symlink(elsewhere, path);
  expect(await mark.read()).toEqual({state: 'unreadable', reason: expect.stringContaining('ELOOP')});
  await mark.remove();
  expect(await readdir(folder)).toEqual([]);
  expect(JSON.parse(await readFile(elsewhere, 'utf8'))).toMatchObject(WRITTEN);
});

it('is neither read, written nor removed where others may write', async () => {
  const {mark, folder} = await writtenMark();
  await chmod(folder, 0o777);
  expect(await mark.read()).toEqual({state: 'unreadable', reason: expect.stringContaining('can be written by others')});
  await expect(mark.write(WRITTEN)).rejects.toMatchObject({code: 'state-dir'});
  await expect(mark.remove()).rejects.toMatchObject({code: 'state-dir'});
  expect(await readdir(folder)).toHaveLength(1);
});

it('that is a folder is told, and does not end the program', async () => {
  const {mark, path} = await writtenMark();
  await mark.remove();
  await mkdir(path);
  expect(await mark.read()).toEqual({state: 'unreadable', reason: expect.stringContaining('EISDIR')});
});

it('of the other end is taken only as far as it makes sense', () => {
  const mark = {state: 'incomplete', since: '2024-02-03T04:05:06.000Z', by: 'x'.repeat(9000)};
  expect(parseTargetMark(mark)).toEqual({...mark, by: 'x'.repeat(500)});
  expect(parseTargetMark({state: 'unreadable', reason: 'y'.repeat(9000)})).toEqual({
    state: 'unreadable',
    reason: 'y'.repeat(500),
  });
  for (const other of [null, undefined, 'incomplete', [], {}, {state: 'unreadable'}, {...mark, state: 'new'}]) {
    expect(parseTargetMark(other)).toBeUndefined();
  }
});
