import {access, mkdir, rename, rmdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {localHost} from '#dist/hosts/local-host.js';
import {HostError} from '#dist/hosts/host-error.js';
import type {Host} from '#dist/hosts/host.js';
import {FOLDER_FUNCTION, parseFolderIdentity} from '#dist/tasks/ends/folder-identity.js';
import type {FileRecord, Leftover} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {removeLeftovers} from '#dist/tasks/state/remove-leftovers.js';
import {reportOf, scriptedLvm, type Step} from '../../support/scripted-lvm.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const SNAPSHOT: Leftover = {
  kind: 'snapshot',
  programPath: '/sbin/lvm',
  tags: ['bdsync-manager', 'bdsync-manager.run=4f1c'],
};

function fileAt(path: string, connection: readonly string[] = []): FileRecord {
  return {kind: 'file', connection, quoting: 'none', path};
}

/** The next run of a task of which these records are left. */
async function nextRun(records: readonly Leftover[], steps: readonly Step[] = []) {
  const stateDir = await temporaryFolder();
  const leftovers = await Leftovers.open(stateDir, 'home-1');
  for (const record of records) await leftovers.add(record);
  const lines: string[] = [];
  const controller = new AbortController();
  const {lvm, calls} = scriptedLvm(steps);
  const host = localHost();
  const request = {
    leftovers,
    pool: {host: ({connection}: Pick<FileRecord, 'connection'>) => (connection.length === 0 ? host : new LostHost())},
    teller: {log: (level: string, message: string) => void lines.push(`${level}: ${message}`)},
    signal: controller.signal,
  };
  return {
    remove: () => removeLeftovers(request, () => lvm),
    recorded: async () => (await Leftovers.open(stateDir, 'home-1')).list(),
    lines,
    calls,
    controller,
  };
}

/** Cannot be reached; a signal ends the attempt. */
class LostHost implements Host {
  readonly name = 'ssh store';
  readonly isLocal = false;
  readonly spawn = () => Promise.reject(new Error('not asked for'));

  run: Host['run'] = async (_words, options) => {
    if (!options?.signal) throw new Error('this could not be interrupted');
    if (options.signal.aborted) throw new HostError('cancelled', 'cancelled');
    throw new HostError('connection-failed', 'no route to store');
  };
}

const left = (changes: Readonly<Record<string, string>> = {}): Step => [
  'lvs',
  () => reportOf('group', ['home-snapshot'], changes),
];

it('removes what is there, tells it, and forgets it', async () => {
  const path = join(await temporaryFolder(), 'patch-1.bdsync');
  await writeFile(path, 'half a patch');
  const steps: Step[] = [left(), left(), ['lvremove', {}], ['lvs', {stdout: '{"report": [{"lv": []}]}'}]];
  const {remove, recorded, lines} = await nextRun([fileAt(path), SNAPSHOT], steps);
  await remove();
  expect(lines).toEqual([
    `info: removed ${path}, left by an interrupted run`,
    'info: removed vg0/home-snapshot, left by an interrupted run',
  ]);
  await expect(access(path)).rejects.toThrow('ENOENT');
  expect(await recorded()).toEqual([]);
});

it('keeps what it cannot find in another folder than its own, until that is there again or given up', async () => {
  // Not below /dev/shm, say: what is there does not outlive its mount.
  const patches = join(await temporaryFolder(), 'patches');
  const path = join(patches, 'patch-1.bdsync');
  await mkdir(patches);
  await writeFile(path, '');
  const {stdout} = await localHost().run(['sh', '-c', `${FOLDER_FUNCTION}; folder "$1"`, 'sh', patches]);
  const folder = parseFolderIdentity(stdout.split('\n')) ?? '';
  expect(folder).not.toBe('');
  const {remove, recorded, lines} = await nextRun([{...fileAt(path), folder}]);
  await rename(patches, `${patches}.away`);
  await mkdir(patches);
  await remove();
  expect(lines.splice(0)).toEqual([
    expect.stringMatching(/cannot remove .*: another folder is at the place .*make an empty file .*patch-1\.bdsync,/),
  ]);
  expect(await recorded()).toHaveLength(1);
  await rmdir(patches);
  await rename(`${patches}.away`, patches);
  await remove();
  expect(lines.splice(0)).toEqual([expect.stringContaining(`removed ${path}`)]);
  expect(await recorded()).toEqual([]);
  // What is said to be of help is.
  const {remove: removeGone, recorded: stillRecorded} = await nextRun([{...fileAt(path), folder: 'ff:1'}]);
  await removeGone();
  expect(await stillRecorded()).toHaveLength(1);
  await writeFile(path, '');
  await removeGone();
  expect(await stillRecorded()).toEqual([]);
});

it('leaves a patch alone of which the application began', async () => {
  const path = join(await temporaryFolder(), 'patch-1.bdsync');
  await writeFile(path, 'a patch');
  const begun: Leftover = {
    ...fileAt(path),
    kind: 'application',
    targetPath: '/srv/home.img',
    program: ['bdsync'],
    options: ['--diffsize=minsize'],
    since: '2024-05-01T02:00:00.000Z',
  };
  const {remove, recorded, lines} = await nextRun([begun]);
  await remove();
  await access(path);
  expect(lines).toEqual([]);
  expect(await recorded()).toEqual([begun]);
});

it('keeps what cannot be removed now, warns, and goes on', async () => {
  const path = join(await temporaryFolder(), 'patch-1.bdsync');
  await writeFile(path, 'half a patch');
  const away = fileAt('/srv/patch-2.bdsync', ['ssh', 'store']);
  const {remove, recorded, lines} = await nextRun([away, fileAt(path)]);
  await remove();
  expect(lines).toEqual([
    'warning: what an interrupted run left is still there: no route to store',
    `info: removed ${path}, left by an interrupted run`,
  ]);
  expect(await recorded()).toEqual([away]);
});

it('keeps the record of a patch whose folder is not there: its file system may not be mounted', async () => {
  const folder = join(await temporaryFolder(), 'patches');
  const path = join(folder, 'patch-1.bdsync');
  const {remove, recorded, lines} = await nextRun([fileAt(path)]);
  await remove();
  expect(lines).toEqual([
    expect.stringMatching(
      /^warning: what an interrupted run left is still there: cannot remove .*patch-1\.bdsync on this machine: its folder is not there.* \(mount its file system, .* make an empty file /,
    ),
  ]);
  expect(await recorded()).toEqual([fileAt(path)]);
  await mkdir(folder);
  await remove();
  expect(lines.slice(1)).toEqual([`info: removed ${path}, left by an interrupted run`]);
  expect(await recorded()).toEqual([]);
});

it('tells of a note that it does not understand, and keeps it', async () => {
  const path = join(await temporaryFolder(), 'patch-1.bdsync');
  await writeFile(path, 'half a patch');
  const newer: Leftover = {kind: 'unknown', file: '/var/lib/home.json', content: {kind: 'newer', path}};
  const {remove, recorded, lines} = await nextRun([newer]);
  await remove();
  expect(lines).toEqual([
    expect.stringMatching(/^warning: a note of an interrupted run in \/var\/lib\/home.json cannot be understood/),
  ]);
  await access(path);
  expect(await recorded()).toMatchObject([{kind: 'unknown', content: newer.content}]);
});

it('keeps the record of a volume that is no snapshot, and tells how to be rid of it', async () => {
  const {remove, recorded, lines} = await nextRun([SNAPSHOT], [left({origin: '', origin_uuid: ''})]);
  await remove();
  expect(lines).toEqual([
    'warning: what an interrupted run left is still there: left vg0/home-snapshot alone, as it is not what was ' +
      'created: it is no snapshot, as if its creation had been cut off (if nobody needs it: lvremove vg0/home-snapshot)',
  ]);
  expect(await recorded()).toEqual([SNAPSHOT]);
});

it('stops when it is told to, without a warning', async () => {
  const away = fileAt('/srv/patch-2.bdsync', ['ssh', 'store']);
  const {remove, recorded, lines, controller} = await nextRun([away, SNAPSHOT]);
  controller.abort(new Error('told to stop'));
  await expect(remove()).rejects.toMatchObject({code: 'cancelled'});
  expect(lines).toEqual([]);
  expect(await recorded()).toEqual([away, SNAPSHOT]);
});

it('can be interrupted wherever it looks, and not while it removes', async () => {
  const steps: Step[] = [left(), left(), ['lvremove', {}], ['lvs', {stdout: '{"report": [{"lv": []}]}'}]];
  const {remove, calls, controller} = await nextRun([SNAPSHOT], steps);
  await remove();
  expect(calls.map(({words, signal}) => [words[0], signal === controller.signal])).toEqual([
    ['lvs', true],
    ['lvs', true],
    ['lvremove', false],
    ['lvs', true],
  ]);
});
