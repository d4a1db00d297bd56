import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {findVolume} from '#dist/lvm/find-volume.js';
import {findLeftoverSnapshots, removeLeftover} from '#dist/lvm/leftovers.js';
import type {Lvm, RunCommand} from '#dist/lvm/lvm.js';
import {takeSnapshot} from '#dist/lvm/snapshot.js';
import {snapshotTags} from '#dist/lvm/tags.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`real LVM is NOT tested: ${skipped}`);

describe.skipIf(skipped !== undefined)(`real LVM${skipped === undefined ? '' : ` (skipped: ${skipped})`}`, () => {
  let guest: Guest;
  let lvm: Lvm;
  let runs = 0;

  beforeAll(async () => {
    guest = await startGuest(320 * 2 ** 20);
    lvm = {run: guest.run.bind(guest), programPath: '/sbin/lvm'};
    // Without LVM's own waiting for volumes in use, which takes five seconds each time.
    await guest.sh(`echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
      vgcreate -q vg0 /dev/ubda
      lvcreate -qq --size 24M --name home vg0
      lvcreate -qq --size 24M --name other-home vg0
      lvcreate -qq --type thin-pool --size 64M --name pool vg0
      lvcreate -qq --virtualsize 24M --thinpool pool --name thin vg0`);
    return () => guest[Symbol.asyncDispose]();
  });

  /** Whatever a test did, it leaves no volume behind, and no half of one in the kernel. */
  afterEach(async () => {
    const left = await guest.sh('cd /dev/vg0; echo *; cd /dev/mapper; echo *snap* *cow');
    expect(left).toBe('home other-home thin\n*snap* *cow');
  });

  async function volumeNames(): Promise<string[]> {
    return (await guest.sh('cd /dev/vg0; echo *')).split(' ');
  }

  function request(more: {sourcePath?: string; size?: string | undefined} = {}) {
    runs += 1;
    const tags = snapshotTags({task: 'the home', taskId: 'a1', runId: `run-${runs}`});
    return {sourcePath: '/dev/vg0/home', name: 'night-snap', size: '8M', tags, ...more};
  }

  async function loseConnection(words: readonly string[]) {
    const outcome = await guest.run(words);
    if (words.includes('lvcreate')) throw new Error('connection lost');
    return outcome;
  }

  const fill = (volume: string, megabytes: number) =>
    guest.sh(`dd if=/dev/urandom of=/dev/vg0/${volume} bs=1M count=${megabytes} oflag=direct`);
  const digest = (path: string) => guest.sh(`sha256sum ${path} | cut -d ' ' -f 1`);

  it.each([
    ['classic', 'home', '12M', 12 * 2 ** 20],
    // LVM adds what the bookkeeping needs.
    ['classic', 'other-home', '50%ORIGIN', 16 * 2 ** 20],
    ['thin', 'thin', undefined, undefined],
  ] as const)(
    'takes a %s snapshot of %s (size %s): the image of that moment',
    async (kind, volume, size, roomBytes) => {
      await fill(volume, 10);
      const moment = await digest(`/dev/vg0/${volume}`);
      {
        await using snapshot = await takeSnapshot(lvm, request({sourcePath: `/dev/vg0/${volume}`, size}));
        await fill(volume, 8);
        expect(snapshot).toMatchObject({path: '/dev/vg0/night-snap', origin: volume, kind, roomBytes});
        await snapshot.requireValid();
        expect(await digest(snapshot.path)).toBe(moment);
        expect(await guest.sh(`blockdev --getro ${snapshot.path}`)).toBe('1');
        expect(await digest(`/dev/vg0/${volume}`)).not.toBe(moment);
      }
      expect(await volumeNames()).not.toContain('night-snap');
    },
  );

  it('watches a classic snapshot fill up and overflow', async () => {
    await using snapshot = await takeSnapshot(lvm, request({size: '8M'}));
    expect(await snapshot.check()).toEqual({isInvalid: false, usedPercent: 0, roomBytes: 8 * 2 ** 20});
    await fill('home', 4);
    const {isInvalid, usedPercent} = await snapshot.check();
    expect({isInvalid, isHalf: usedPercent !== undefined && usedPercent > 45 && usedPercent < 60}).toEqual({
      isInvalid: false,
      isHalf: true,
    });
    await fill('home', 12);
    expect(await snapshot.check()).toEqual({isInvalid: true, usedPercent: 100, roomBytes: 8 * 2 ** 20});
    expect((await guest.run(['dd', `if=${snapshot.path}`, 'of=/dev/null'])).status).toBe(1);
    await expect(snapshot.requireValid()).rejects.toMatchObject({
      code: 'snapshot-invalid',
      message:
        'the snapshot vg0/night-snap of vg0/home is lost: more was written to its origin than its 8.0MiB could hold',
      hint: 'choose a size well above 8.0MiB, or a time when less is written',
    });
  });

  it('finds a volume by any name of it', async () => {
    const {uuid} = await findVolume(lvm, '/dev/vg0/other-home');
    const node = await guest.sh('ln -sf /dev/vg0/other-home /tmp/link; readlink -f /dev/vg0/other-home');
    for (const path of ['/dev/mapper/vg0-other--home', '/tmp/link', node]) {
      expect(await findVolume(lvm, path)).toMatchObject({vg: 'vg0', name: 'other-home', uuid});
    }
  });

  it.each([
    ['/dev/vg0', '/dev/vg0 is a directory, not a logical volume'],
    ['vg0', 'there is no volume vg0'],
    ['/dev/vg0/nothing', 'there is no volume /dev/vg0/nothing'],
    ['/dev/nogroup/home', 'there is no volume /dev/nogroup/home'],
    ['/dev/ubda', '/dev/ubda is not a logical volume'],
    ['/etc/hostname', '/etc/hostname is a regular file, not a logical volume'],
    ['--help', 'there is no volume --help'],
  ])('refuses %s', async (sourcePath, message) => {
    await expect(takeSnapshot(lvm, request({sourcePath}))).rejects.toMatchObject({code: 'not-a-volume', message});
  });

  it('refuses a group that has a single volume', async () => {
    await guest.sh(`modprobe loop; truncate -s 32M /tmp/disk; losetup /dev/loop0 /tmp/disk
      vgcreate -q vg1 /dev/loop0; lvcreate -qq --size 8M --name single vg1`);
    await expect(findVolume(lvm, 'vg1')).rejects.toMatchObject({code: 'not-a-volume'});
    await expect(findVolume(lvm, '/dev/vg1')).rejects.toThrow('/dev/vg1 is a directory, not a logical volume');
    await guest.sh('vgremove -q --yes vg1; losetup -d /dev/loop0');
  });

  it('says what else is missing', async () => {
    await expect(takeSnapshot(lvm, request({size: undefined}))).rejects.toMatchObject({
      code: 'snapshot-size-missing',
      message: 'a snapshot of vg0/home needs a size',
    });
    await expect(takeSnapshot(lvm, request({size: '8 rooms'}))).rejects.toMatchObject({
      code: 'lvm-failed',
      message: 'cannot create the snapshot vg0/night-snap of vg0/home: Invalid argument for --size: 8 rooms',
    });
    await expect(takeSnapshot({...lvm, programPath: '/sbin/no-lvm'}, request())).rejects.toMatchObject({
      code: 'lvm-missing',
      message: "cannot run /sbin/no-lvm: env: '/sbin/no-lvm': No such file or directory",
    });
    const asNobody: RunCommand = (words) => guest.run(['setpriv', '--reuid=65534', '--clear-groups', ...words]);
    await expect(takeSnapshot({...lvm, run: asNobody}, request())).rejects.toMatchObject({
      code: 'lvm-denied',
      message: 'cannot list /dev/vg0/home: /dev/mapper/control: open failed: Permission denied',
      hint: 'only root may work with LVM volumes',
    });
    await guest.sh('lvchange -an vg0/home');
    await expect(takeSnapshot(lvm, request())).rejects.toMatchObject({
      code: 'volume-inactive',
      hint: 'activate it: lvchange -ay vg0/home',
    });
    await guest.sh('lvchange -ay vg0/home');
  });

  it('says when the group is full', async () => {
    await guest.sh('lvcreate -qq --extents 100%FREE --name filler vg0');
    await expect(takeSnapshot(lvm, request())).rejects.toMatchObject({
      code: 'volume-group-full',
      message: 'cannot create the snapshot vg0/night-snap of vg0/home: the volume group has no room for 8M',
      errorLines: ['Volume group "vg0" has insufficient free space (0 extents): 2 required.'],
    });
    await guest.sh('lvremove -qq --yes vg0/filler');
  });

  it('leaves a volume that has the name alone, and says whose it is', async () => {
    const refusal = () => takeSnapshot(lvm, request()).catch((error: unknown) => error);
    const trouble = 'cannot create the snapshot vg0/night-snap of vg0/home: the name is taken by';
    {
      await using snapshot = await takeSnapshot(lvm, request());
      expect(await refusal()).toMatchObject({
        code: 'snapshot-name-taken',
        message: `${trouble} a snapshot of vg0/home that bdsync-manager took for task the home`,
      });
      await snapshot.requireValid();
    }
    await guest.sh('lvcreate -qq --snapshot --size 4M --name night-snap vg0/other-home');
    const {uuid} = await findVolume(lvm, 'vg0/night-snap');
    expect(await refusal()).toMatchObject({
      code: 'snapshot-name-taken',
      message: `${trouble} a snapshot of vg0/other-home that is not of bdsync-manager`,
      hint: 'choose another name for the snapshot; or, if nobody needs that volume: lvremove vg0/night-snap',
    });
    expect(await findVolume(lvm, 'vg0/night-snap')).toMatchObject({uuid});
    await guest.sh('lvremove -qq --yes vg0/night-snap');
  });

  it('removes a snapshot as soon as nobody reads it any more', async () => {
    const snapshot = await takeSnapshot(lvm, request());
    await guest.sh('(exec 9</dev/vg0/night-snap; exec sleep 2) >/dev/null 2>&1 &\n sleep 0.2');
    await snapshot.remove();
    expect(await volumeNames()).not.toContain('night-snap');
  });

  it('leaves a snapshot alone that somebody renamed', async () => {
    const snapshot = await takeSnapshot(lvm, request());
    await guest.sh('lvrename -q vg0 night-snap kept-snap');
    await expect(snapshot.remove()).rejects.toMatchObject({
      code: 'snapshot-not-ours',
      message: 'left vg0/kept-snap alone, as it is not what was created: its name was night-snap',
    });
    expect(await volumeNames()).toContain('kept-snap');
    await guest.sh('lvremove -qq --yes vg0/kept-snap');
  });

  it('does not take a new snapshot of the same name for the old one', async () => {
    const snapshot = await takeSnapshot(lvm, request());
    const tags = snapshot.tags.map((tag) => `--addtag '${tag}'`).join(' ');
    await guest.sh(`lvremove -qq --yes vg0/night-snap
      lvcreate -qq --snapshot --size 4M --name night-snap ${tags} vg0/home`);
    await expect(snapshot.check()).rejects.toMatchObject({code: 'snapshot-lost'});
    await snapshot.remove();
    expect(await volumeNames()).toContain('night-snap');
    await guest.sh('lvremove -qq --yes vg0/night-snap');
  });

  it('leaves nothing when the connection is lost while lvcreate runs', async () => {
    await expect(takeSnapshot({...lvm, run: loseConnection}, request())).rejects.toThrow('connection lost');
  });

  it('finds and removes what a killed process left, and nothing else', async () => {
    const script = `
      import {execFileSync} from 'node:child_process';
      import {takeSnapshot} from '${DIST}/lvm/snapshot.js';
      import {snapshotTags} from '${DIST}/lvm/tags.js';
      const run = async ([program, ...words]) => ({status: 0, stdout: execFileSync(program, words, {encoding: 'utf8'}), stderr: ''});
      const tags = snapshotTags({task: 'the home', taskId: 'a1', runId: 'killed'});
      await takeSnapshot({run, programPath: '/sbin/lvm'}, {sourcePath: '/dev/vg0/home', name: 'night-snap', size: '8M', tags});
      process.kill(process.pid, 'SIGKILL');`;
    const killed = await guest.run(['node', '--input-type=module', '--eval', script]);
    expect(killed).toMatchObject({status: 137});
    await guest.sh(`lvcreate -qq --snapshot --size 4M --name foreign-snap vg0/home
      lvcreate -qq --snapshot --size 4M --name neighbour-snap --addtag bdsync-manager \\
        --addtag bdsync-manager.task=neighbour vg0/home
      lvcreate -qq --size 4M --name unfinished-snap ${snapshotTags({task: 'the home', taskId: 'a1'})
        .map((tag) => `--addtag ${tag}`)
        .join(' ')} vg0`);

    const ours = await findLeftoverSnapshots(lvm, snapshotTags({}));
    expect(ours.map((volume) => volume.name).toSorted()).toEqual(['neighbour-snap', 'night-snap', 'unfinished-snap']);
    const found = await findLeftoverSnapshots(lvm, snapshotTags({task: 'the home', taskId: 'a1'}), {vg: 'vg0'});
    expect(found).toMatchObject([
      {name: 'night-snap', origin: 'home', originUuid: (await findVolume(lvm, 'vg0/home')).uuid},
      {name: 'unfinished-snap', originUuid: undefined},
    ]);
    expect(await findLeftoverSnapshots(lvm, snapshotTags({task: 'the home', taskId: 'another'}))).toEqual([]);

    for (const {originUuid, ...leftover} of found) {
      if (originUuid !== undefined) expect(await removeLeftover(lvm, {...leftover, originUuid})).toBe('removed');
    }
    const left = (await volumeNames()).filter((name) => name.endsWith('-snap'));
    expect(left.join(' ')).toBe('foreign-snap neighbour-snap unfinished-snap');
    await guest.sh('lvremove -qq --yes vg0/foreign-snap vg0/neighbour-snap vg0/unfinished-snap');
  });

  it('has left nothing behind, active or not', async () => {
    const left = await guest.sh('lvs --noheadings -o lv_name vg0');
    expect(left.split(/\s+/)).toEqual(['home', 'other-home', 'pool', 'thin']);
  });
});
