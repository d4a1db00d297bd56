import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {taskConfigFrom} from '#dist/tasks/config/configuration.js';
import {ClaimedKeys} from '#dist/tasks/parallel/claim.js';
import {nextToStart} from '#dist/tasks/parallel/next-to-start.js';
import {type Purpose, taskClaims} from '#dist/tasks/parallel/task-claims.js';
import {SURROUNDINGS} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

type Keys = Readonly<Record<string, string>>;

const STORE = {connection_command: 'ssh backup@store'};
const SNAPSHOT = {lvm_snapshot_enabled: 'yes', lvm_snapshot_size: '1G'};

async function claimsOf(keys: Keys, purpose: Purpose = 'run') {
  const all = {source_path: '/nowhere/s', target_path: '/nowhere/t', apply_patch_in_place: 'yes', ...keys};
  return await taskClaims(taskConfigFrom('home', all, undefined, SURROUNDINGS), purpose);
}

/** Whether two tasks are kept from running at the same time. */
async function areOpposed(one: Keys, other: Keys, purpose?: Purpose): Promise<boolean> {
  const claimed = new ClaimedKeys();
  claimed.add((await claimsOf(one, purpose)).claims);
  return !claimed.leaveRoomFor((await claimsOf(other, purpose)).claims);
}

async function hostOf(keys: Keys): Promise<string | undefined> {
  return (await claimsOf(keys)).host;
}

function withSnapshot(volume: string, name = 'snap'): Keys {
  const paths = {source_path: `/dev/${volume}`, target_path: `/srv/${volume}`};
  return {...STORE, ...SNAPSHOT, ...paths, lvm_snapshot_name: name};
}

describe('targets on this machine', () => {
  it('are one by whichever path they are reached', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await writeFile(join(folder, 'real', 'disk.img'), 'x');
    await symlink('disk.img', join(folder, 'real', 'alias.img'));
    const disk = {target_path: join(folder, 'real/disk.img'), source_path: '/nowhere/a'};
    const names = ['real/alias.img', 'link/disk.img', 'link/../real//disk.img'];
    for (const name of names) {
      expect(await areOpposed(disk, {target_path: `${folder}/${name}`})).toBe(true);
    }
    expect(await areOpposed(disk, {target_path: join(folder, 'real/other.img')})).toBe(false);
  });

  it('are one also before they are there', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    const missing = {target_path: join(folder, 'real/new.img')};
    expect(await areOpposed(missing, {target_path: join(folder, 'link/new.img')})).toBe(true);
    expect(await areOpposed({target_path: '/no/such/a.img'}, {target_path: '/no/such/x/../a.img'})).toBe(true);
    expect(await areOpposed({target_path: '/no/such/a.img'}, {target_path: '/no/such/b.img'})).toBe(false);
  });

  it('may be read by nobody who copies them on, while any number may read one source', async () => {
    const folder = await temporaryFolder();
    const copy = join(folder, 'copy.img');
    await writeFile(copy, 'x');
    await symlink(copy, join(folder, 'link'));
    expect(await areOpposed({target_path: copy}, {...STORE, source_path: join(folder, 'link')})).toBe(true);
    const [one, other] = ['/b/one', '/b/other'].map((target_path) => ({...STORE, source_path: copy, target_path}));
    expect(await areOpposed(one ?? {}, other ?? {})).toBe(false);
  });
});

describe('targets on other machines', () => {
  it('are one when connection and path are written alike', async () => {
    const disk = {...STORE, target_path: '/srv/disk.img'};
    expect(await areOpposed(disk, {...STORE, target_path: '/srv/x/..//disk.img'})).toBe(true);
    expect(await areOpposed(disk, {...STORE, target_path: '/srv/disk2.img'})).toBe(false);
    expect(await areOpposed(disk, {target_path: '/srv/disk.img', connection_command: 'ssh backup@other'})).toBe(false);
    expect(await areOpposed(disk, {target_path: '/srv/disk.img'})).toBe(false);
  });

  it('lie on one host, whatever else the command of ssh says', async () => {
    const host = await hostOf(STORE);
    expect(await hostOf({connection_command: 'ssh -i /key -C backup@store'})).toBe(host);
    expect(await hostOf({connection_command: 'ssh backup@other'})).not.toBe(host);
    expect(await hostOf({})).toBe(await hostOf({target_path: '/elsewhere'}));
    expect(await hostOf({})).not.toBe(host);
    expect(await hostOf({connection_command: 'ssh -p 2222 backup@store'})).not.toBe(host);
  });

  it.for([
    ["sh -c 'enter one'", "sh -c 'enter other'"],
    ['env HOST=one enter HOST=x', 'env HOST=other enter HOST=x'],
    [`enter one${'x'.repeat(60)}`, `enter other${'x'.repeat(60)}`],
    [`ssh one${'x'.repeat(60)}`, `ssh other${'x'.repeat(60)}`],
  ] as const)('lie on hosts of their own where other words lead to them: %j', async ([one, other]) => {
    expect(await hostOf({connection_command: one})).toBe(await hostOf({connection_command: one}));
    expect(await hostOf({connection_command: one})).not.toBe(await hostOf({connection_command: other}));
  });
});

describe('snapshots', () => {
  it('of one name in one group are taken one after the other', async () => {
    expect(await areOpposed(withSnapshot('vg0/home'), withSnapshot('vg0/mail'))).toBe(true);
    expect(await areOpposed(withSnapshot('vg0/home'), withSnapshot('mapper/vg0-mail'))).toBe(true);
    expect(await areOpposed(withSnapshot('vg0/home'), withSnapshot('vg1/mail'))).toBe(false);
    expect(await areOpposed(withSnapshot('vg0/home'), withSnapshot('vg0/mail', 'other'))).toBe(false);
    expect(await areOpposed(withSnapshot('vg0/home'), withSnapshot('vg0/mail'), 'verify')).toBe(true);
    expect(await areOpposed(withSnapshot('vg0/home'), withSnapshot('vg0/mail'), 'dry-run')).toBe(false);
  });
});

describe('tasks that write nothing', () => {
  it.for(['verify', 'dry-run'] as const)('are in nobody’s way (%s)', async (purpose) => {
    expect(await areOpposed({target_path: '/a'}, {target_path: '/a'}, purpose)).toBe(false);
  });
});

describe('the next to start', () => {
  it('overtakes what waits for a host, and not what needs the same', () => {
    const claims = [{key: 'disk', mode: 'exclusive'}] as const;
    const running = [{claims: [], host: 'store'}];
    const waiting = [
      {claims, host: 'store'},
      {claims, host: 'other'},
      {claims: [], host: 'store'},
      {claims: [], host: 'other'},
    ];
    expect(nextToStart(waiting, running, {jobs: 4, jobsPerHost: 1})).toBe(3);
    expect(nextToStart(waiting, running, {jobs: 4, jobsPerHost: 2})).toBe(0);
    expect(nextToStart(waiting, running, {jobs: 1, jobsPerHost: 1})).toBe(undefined);
    expect(nextToStart(waiting.slice(0, 3), running, {jobs: 4, jobsPerHost: 1})).toBe(undefined);
  });
});
