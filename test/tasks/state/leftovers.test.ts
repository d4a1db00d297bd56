import {execFileSync} from 'node:child_process';
import {chmod, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {FileRecord, Leftover} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {OWN_WRITES} from '#dist/write-gate.js';
import {mountOn} from '../../support/loop-device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const FILE: FileRecord = {kind: 'file', connection: ['ssh', 'store'], quoting: 'auto', path: "/srv/it's a patch"};
const APPLICATION: Leftover = {
  ...FILE,
  kind: 'application',
  targetPath: '/srv/home.img',
  program: ['bdsync'],
  options: [],
  since: '2024-02-03T04:05:06.000Z',
};
const SNAPSHOT: Leftover = {kind: 'snapshot', programPath: '/sbin/lvm', tags: ['bdsync-manager', 'run=1']};
const INCOMPLETE: Leftover = {
  kind: 'incomplete',
  connection: ['ssh', 'store'],
  quoting: 'auto',
  targetPath: '/srv/home.img',
  since: '2024-02-03T04:05:06.000Z',
};
const VOLUME = {vg: 'vg0', name: 'home-snapshot', originUuid: 'x2'};
const NAME = 'home-1.json';

describe('what a run notes', () => {
  it('is there for the next run of the task, and for no other', async () => {
    const stateDir = await temporaryFolder();
    const first = await Leftovers.open(stateDir, 'home-1');
    await first.add(FILE);
    await first.add(SNAPSHOT);
    expect((await Leftovers.open(stateDir, 'home-1')).list()).toEqual([FILE, SNAPSHOT]);
    expect((await Leftovers.open(stateDir, 'home-2')).list()).toEqual([]);
  });

  it('tells whose it is, and goes on telling that when others write it', async () => {
    const stateDir = await temporaryFolder();
    const owner = {task: 'my home', origin: '/etc/tasks.conf'};
    await (await Leftovers.open(stateDir, 'home-1', {owner})).add(FILE);
    const other = await Leftovers.open(stateDir, 'home-1');
    await other.add(SNAPSHOT);
    await other.drop(FILE);
    expect((await Leftovers.look(stateDir, 'home-1')).owner).toEqual(owner);
    expect(await Leftovers.taskIds(stateDir)).toEqual(['home-1']);
    expect((await Leftovers.look(stateDir, 'home-2')).owner).toBeUndefined();
    expect(await Leftovers.taskIds(join(stateDir, 'nothing'))).toEqual([]);
  });

  it('goes record by record, and then as a whole', async () => {
    const stateDir = await temporaryFolder();
    const leftovers = await Leftovers.open(stateDir, 'home-1');
    await leftovers.add(FILE);
    await leftovers.add(SNAPSHOT);
    await leftovers.drop(FILE);
    expect((await Leftovers.open(stateDir, 'home-1')).list()).toEqual([SNAPSHOT]);
    await leftovers.drop(SNAPSHOT);
    expect(await readdir(join(stateDir, 'temporary'))).toEqual([]);
  });

  it('can be completed, and read with and without what is known later', async () => {
    const stateDir = await temporaryFolder();
    const leftovers = await Leftovers.open(stateDir, 'home-1');
    await leftovers.add(SNAPSHOT);
    await leftovers.add(FILE);
    const complete: Leftover = {...SNAPSHOT, volume: {...VOLUME, uuid: 'x1'}};
    await leftovers.replace(SNAPSHOT, complete);
    expect((await Leftovers.open(stateDir, 'home-1')).list()).toEqual([complete, FILE]);
    await leftovers.drop(complete);
    expect((await Leftovers.open(stateDir, 'home-1')).list()).toEqual([FILE]);
  });

  it('waits while file systems may be frozen: for what is to be made, not for ever', async () => {
    const stateDir = await temporaryFolder();
    const stop = new AbortController();
    let pauses = 0;
    const pause = (): Disposable => {
      pauses += 1;
      return {[Symbol.dispose]() {}};
    };
    const leftovers = await Leftovers.open(stateDir, 'home-1', {signal: stop.signal, pause});
    await leftovers.add(FILE);
    await leftovers.add(SNAPSHOT);
    expect(pauses).toBe(0);
    const shut = await OWN_WRITES.shut();
    const adding = leftovers.add(INCOMPLETE);
    const reason = new Error('told to stop');
    stop.abort(reason);
    await expect(adding).rejects.toMatchObject({code: 'state-dir', cause: reason});
    expect(pauses).toBe(1);
    const dropping = leftovers.drop(FILE);
    shut[Symbol.dispose]();
    await dropping;
    expect(pauses).toBe(2);
    expect((await Leftovers.open(stateDir, 'home-1')).list()).toEqual([SNAPSHOT]);
  });

  it('can be looked at without making anything', async () => {
    const stateDir = join(await temporaryFolder(), 'state');
    expect(await Leftovers.peek(stateDir, 'home-1')).toEqual([]);
    await expect(stat(stateDir)).rejects.toThrow('ENOENT');
    await (await Leftovers.open(stateDir, 'home-1')).add(FILE);
    expect(await Leftovers.peek(stateDir, 'home-1')).toEqual([FILE]);
    await chmod(join(stateDir, 'temporary'), 0o777);
    await expect(Leftovers.peek(stateDir, 'home-1')).rejects.toMatchObject({code: 'state-dir'});
  });

  it('is private', async () => {
    const stateDir = await temporaryFolder();
    await (await Leftovers.open(stateDir, 'home-1')).add(FILE);
    expect((await stat(join(stateDir, 'temporary', NAME))).mode & 0o777).toBe(0o600);
  });
});

async function written(text: string): Promise<string> {
  const stateDir = await temporaryFolder();
  await Leftovers.open(stateDir, 'home-1');
  await writeFile(join(stateDir, 'temporary', NAME), text);
  return stateDir;
}

describe('what is not understood', () => {
  it.each([
    '',
    'no json',
    'null',
    '[]',
    '{"records": {}}',
    '{"records": [null, 1, "file", [], {}, {"kind": "folder", "path": "/srv"}]}',
    JSON.stringify({records: [{...FILE, connection: 'ssh store'}]}),
    JSON.stringify({records: [{...FILE, connection: ['ssh', 1]}]}),
    JSON.stringify({records: [{...FILE, quoting: 'none of these'}]}),
    JSON.stringify({records: [{...FILE, path: 1}]}),
    JSON.stringify({records: [{...INCOMPLETE, targetPath: undefined}]}),
    JSON.stringify({records: [{...INCOMPLETE, since: 1}]}),
    JSON.stringify({records: [{...INCOMPLETE, connection: undefined}]}),
    JSON.stringify({records: [{...SNAPSHOT, tags: 'bdsync-manager'}]}),
    JSON.stringify({records: [{...SNAPSHOT, programPath: undefined}]}),
    JSON.stringify({records: [{...SNAPSHOT, volume: {...VOLUME, vg: 1}}]}),
    JSON.stringify({records: [{...SNAPSHOT, volume: 'vg0/home-snapshot'}]}),
    JSON.stringify({records: [{...SNAPSHOT, volume: {...VOLUME, uuid: 1}}]}),
    JSON.stringify({records: [{...APPLICATION, isObsolete: 'no'}]}),
    JSON.stringify({records: [{...APPLICATION, wholeSince: 1}]}),
    JSON.stringify({records: [{kind: 'unknown', file: '/etc/passwd', content: FILE}]}),
  ])('names nothing to be removed, and stays: %s', async (text) => {
    const stateDir = await written(text);
    const leftovers = await Leftovers.open(stateDir, 'home-1');
    const found = leftovers.list();
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({kind}) => kind !== 'unknown')).toEqual([]);
    await leftovers.add(FILE);
    await leftovers.drop(FILE);
    expect(await Leftovers.peek(stateDir, 'home-1')).toEqual(found);
  });

  it('does not hide what is, and is written again as it was', async () => {
    const newer = {kind: 'new', of: ['a newer version'], depth: {1: null}};
    const stateDir = await written(JSON.stringify({records: [null, SNAPSHOT, newer, FILE, INCOMPLETE]}));
    const leftovers = await Leftovers.open(stateDir, 'home-1');
    const known = leftovers.list().filter(({kind}) => kind !== 'unknown');
    expect(known).toEqual([SNAPSHOT, FILE, INCOMPLETE]);
    for (const record of known) await leftovers.drop(record);
    const file = join(stateDir, 'temporary', NAME);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({records: [null, newer]});
    expect(leftovers.list()).toEqual([
      {kind: 'unknown', file, content: null},
      {kind: 'unknown', file, content: newer},
    ]);
  });

  it('keeps its text where nothing of a file can be made out', async () => {
    const stateDir = await written('{"records": [{"kind": "application", "pa');
    await (await Leftovers.open(stateDir, 'home-1')).add(FILE);
    const text = await readFile(join(stateDir, 'temporary', NAME), 'utf8');
    expect(JSON.parse(text)).toEqual({records: ['{"records": [{"kind": "application", "pa', FILE]});
  });
});

describe('records that somebody else may have written', () => {
  it('are not read from a folder that others may write', async () => {
    const stateDir = await written(JSON.stringify({records: [SNAPSHOT]}));
    await chmod(join(stateDir, 'temporary'), 0o777);
    await expect(Leftovers.open(stateDir, 'home-1')).rejects.toMatchObject({code: 'state-dir'});
  });

  it('are not read through a link', async () => {
    const stateDir = await written('');
    const elsewhere = join(stateDir, 'elsewhere.json');
    await writeFile(elsewhere, JSON.stringify({records: [SNAPSHOT]}));
    await symlink(elsewhere, join(stateDir, 'temporary', 'home-2.json'));
    await expect(Leftovers.open(stateDir, 'home-2')).rejects.toMatchObject({
      code: 'state-dir',
      message: expect.stringMatching(/^cannot use the state file .*home-2\.json: ELOOP/),
    });
  });

  it('are not overwritten through a link', async () => {
    const stateDir = await temporaryFolder();
    const leftovers = await Leftovers.open(stateDir, 'home-1');
    const elsewhere = join(stateDir, 'elsewhere.json');
    await writeFile(elsewhere, 'mine');
    await symlink(elsewhere, join(stateDir, 'temporary', `${NAME}.new`));
    await expect(leftovers.add(FILE)).rejects.toMatchObject({code: 'state-dir'});
    expect(await readFile(elsewhere, 'utf8')).toBe('mine');
  });
});

it('is told in one message when the disk is full, and keeps what it had', async ({skip}) => {
  skip(process.getuid?.() !== 0, 'to mount a small file system needs root');
  const stateDir = join(await temporaryFolder(), 'small');
  mountOn(stateDir, ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'none']);
  const leftovers = await Leftovers.open(stateDir, 'home-1');
  await leftovers.add(SNAPSHOT);
  execFileSync('sh', ['-c', 'cat /dev/zero >"$1" 2>/dev/null || true', 'sh', join(stateDir, 'filler')]);
  await expect(leftovers.add(FILE)).rejects.toMatchObject({
    code: 'state-dir',
    message: expect.stringMatching(/^cannot use the state file .*home-1\.json: ENOSPC/),
    hint: 'make room there, or name another folder with the key state_dir',
  });
  expect(leftovers.list()).toEqual([SNAPSHOT]);
  expect((await Leftovers.open(stateDir, 'home-1')).list()).toEqual([SNAPSHOT]);
});
