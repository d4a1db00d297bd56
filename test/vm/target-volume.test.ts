import {beforeAll, describe, expect, it} from 'vitest';
import {createVolume} from '#dist/lvm/create-volume.js';
import {extendVolume} from '#dist/lvm/extend-volume.js';
import {findVolume} from '#dist/lvm/find-volume.js';
import type {Lvm} from '#dist/lvm/lvm.js';
import {planExtension} from '#dist/lvm/plan-extension.js';
import {planVolume} from '#dist/lvm/plan-volume.js';
import {BDSYNC, BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`target volumes are NOT tested: ${skipped}`);

const MIB = 2 ** 20;

/** A server whose sessions have the short search path and no start-up files, and one open connection to it for all. */
const SSH = `mkdir -p /run/sshd /run/ssh; chmod 755 /run/sshd; cd /run/ssh
ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f user
echo "[127.0.0.1]:2222 $(cut -d ' ' -f 1,2 host.pub)" >known
printf '#!/bin/sh\\nexec ${process.execPath} ${BDSYNC} "$@"\\n' >bdsync; chmod 755 bdsync
cat >server.conf <<'END'
ListenAddress 127.0.0.1
Port 2222
HostKey /run/ssh/host
AuthorizedKeysFile /run/ssh/user.pub
PidFile /run/ssh/pid
UsePAM no
StrictModes no
MaxSessions 100
SetEnv PATH=/usr/local/bin:/usr/bin:/bin HOME=/run/ssh
END
cat >client.conf <<'END'
Host far
  HostName 127.0.0.1
  Port 2222
  User root
  IdentityFile /run/ssh/user
  UserKnownHostsFile /run/ssh/known
  BatchMode yes
  ControlPath /run/ssh/master
END
busybox ifconfig lo 127.0.0.1 up
/usr/sbin/sshd -f server.conf >/dev/null 2>&1
ssh -F client.conf -M -N -f far >/dev/null 2>&1
`;

const LOCAL = ['--task', 'linear', '--task', 'thin', '--task', 'image'];
const FAR = 'connection_command = ssh -F /run/ssh/client.conf far\nremote_bdsync_bin = /run/ssh/bdsync\n';
const NOBODY = `connection_command = setpriv --reuid=65534 --clear-groups\nremote_bdsync_bin = /run/ssh/bdsync\n`;

/** Targets that can be had. */
const GOOD = `[linear]
target_path = /dev/vg0/linear
[thin]
target_path = /dev/mapper/vg0-thin--copy
source_path = /run/images/odd.img
target_thin_pool = pool
[image]
target_path = /run/images/copy.img
[far]
target_path = /dev/mapper/vg0-far--odd
source_path = /run/images/odd.img
${FAR}`;

/** Targets that cannot be had, and what is said of them. */
const BAD: Readonly<Record<string, readonly [keys: string, ...texts: string[]]>> = {
  'no group': ['target_path = /dev/nogroup/copy', 'there is no volume group nogroup (on this machine)', '`vgs` lists'],
  unwanted: [
    'target_path = /dev/vg1/none\ncreate_target_if_missing = no',
    'let create_target_if_missing = yes create it',
  ],
  'no volume path': ['target_path = /dev/none', 'name a volume to be created, /dev/GROUP/NAME'],
  inactive: ['target_path = /dev/vg1/off', 'the volume vg1/off is not active', 'activate it: lvchange -ay vg1/off'],
  'no pool': [
    'target_path = /dev/vg1/new\ntarget_thin_pool = nopool',
    'the group vg1 has no thin pool nopool',
    'it has plain',
  ],
  'unfit pool': [
    'target_path = /dev/vg1/new\ntarget_thin_pool = plain',
    'vg1/plain does not fill new chunks with zeros',
  ],
  full: [
    'target_path = /dev/vg1/new\nsource_path = /run/images/large.img',
    'no room for vg1/new: 80.0MiB needed, 24.0MiB free',
  ],
  'full for more': [
    `target_path = /dev/vg1/last\nsource_path = /run/images/large.img\n${FAR}`,
    'no room for vg1/last: 76.0MiB needed, 24.0MiB free (on ssh ',
  ],
  'has a snapshot': ['target_path = /dev/vg1/small', 'vg1/small has the snapshot vg1/snap', 'lvremove vg1/snap'],
  snapshot: ['target_path = /dev/vg1/snap', 'vg1/snap is a snapshot'],
  device: [
    'target_path = /dev/loop1',
    'the target /dev/loop1 on this machine has 1.0MiB, its source 12.0MiB, and cannot grow: /dev/loop1 is not a logical volume\n',
    'make the device as large as the source by hand',
  ],
  'no lvm': [
    'target_path = /dev/vg1/new\ntarget_lvm_program_path = /no/lvm',
    'cannot run /no/lvm',
    'target_lvm_program_path',
  ],
  'not root': [`target_path = /dev/vg1/new\n${NOBODY}`, 'Permission denied (on setpriv', 'log in there as root'],
  'in use': ['target_path = /dev/vg1/used', '/dev/vg1/used is in use'],
};

describe.skipIf(skipped !== undefined)(
  `a target that is a volume${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    let lvm: Lvm;

    beforeAll(async () => {
      guest = await startGuest(256 * MIB);
      lvm = {run: guest.run.bind(guest), programPath: '/sbin/lvm'};
      const head = `[DEFAULT]
source_path = /run/images/source.img
apply_patch_in_place = yes
create_target_if_missing = yes
grow_target = yes
state_dir = /run/images/state
`;
      const bad = Object.entries(BAD).map(([name, [keys]]) => `[${name}]\n${keys}\n`);
      await guest.sh(`echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
      mkdir /run/images
      vgcreate -q vg0 /dev/ubda
      dd if=/dev/urandom of=/run/images/source.img bs=1M count=12 2>/dev/null
      head -c 5000000 /run/images/source.img >/run/images/odd.img
      head -c 1000000 /dev/urandom >/run/images/copy.img
      cat >/run/images/good.conf <<'END'\n${head}${GOOD}END
      cat >/run/images/bad.conf <<'END'\n${head}${bad.join('')}END
      ${SSH}`);
      return () => guest[Symbol.asyncDispose]();
    });

    async function manager(...words: string[]): Promise<{status: number; output: string}> {
      const command = `exec ${process.execPath} ${BDSYNC_MANAGER} "$@" 2>&1`;
      const {status, stdout} = await guest.run(['sh', '-c', command, 'sh', ...words]);
      return {status, output: stdout};
    }
    const good = (...words: string[]) => manager(...words, '--config', '/run/images/good.conf');

    /** Name, size in MiB, pool. */
    const volumes = async (vg = 'vg0'): Promise<string[]> => {
      const fields = '--units m --nosuffix -o lv_name,lv_size,pool_lv,lv_tags';
      return (await guest.sh(`lvs --noheadings --separator ' ' ${fields} ${vg}`))
        .split(/\s*\n\s*/)
        .map((line) => line.trim())
        .toSorted();
    };
    const expectSame = (bytes: number, source: string, ...targets: string[]): Promise<string> =>
      guest.sh(targets.map((target) => `cmp -n ${bytes} /run/images/${source} ${target}`).join('\n'));

    it('is created, linear or thin, here or behind ssh, also as the first one of its group', async () => {
      await guest.sh('[ ! -e /dev/vg0 ]');
      expect(await good('run', '--task', 'linear')).toMatchObject({status: 0});
      await expectSame(12 * MIB, 'source.img', '/dev/vg0/linear');
      await guest.sh('lvremove -qq --yes vg0/linear; lvcreate -qq --type thin-pool --size 64M --name pool vg0');
      const planned = await good('run', '--dry-run', ...LOCAL);
      expect(planned).toMatchObject({status: 0});
      expect(planned.output).toContain('would be created as a volume of 12.0MiB in vg0, which has 180.0MiB free');
      expect(planned.output).toContain('as a thin volume of 8.0MiB in the thin pool vg0/pool, which has 64.0MiB free');
      expect(planned.output).toContain('the target would be grown from 976.6KiB to 12.0MiB; compared as far as');
      expect(await volumes()).toEqual(['pool 64.00']);

      const {status, output} = await good('run');
      expect({status, output}).toMatchObject({status: 0});
      expect(output).toContain('Creating missing target volume: /dev/vg0/linear, 12.0MiB in vg0');
      expect(output).toContain('Growing the target /run/images/copy.img from 976.6KiB to 12.0MiB');
      expect(await volumes()).toEqual([
        'far-odd 8.00  bdsync-manager.target=far',
        'linear 12.00  bdsync-manager.target=linear',
        'pool 64.00',
        'thin-copy 8.00 pool bdsync-manager.target=thin',
      ]);
      await expectSame(12 * MIB, 'source.img', '/dev/vg0/linear');
      await expectSame(5_000_000, 'odd.img', '/dev/vg0/far-odd', '/dev/vg0/thin-copy');
      await guest.sh('cmp /run/images/source.img /run/images/copy.img');
    });

    it('is written without a word the next night, also where it is larger by a part of an extent', async () => {
      await guest.sh('printf changed | dd of=/run/images/odd.img bs=1 seek=4999000 conv=notrunc 2>/dev/null');
      expect(await good('run', '--task', 'thin')).toEqual({status: 0, output: ''});
      await expectSame(5_000_000, 'odd.img', '/dev/vg0/thin-copy');
    });

    it('grows with its source', async () => {
      await guest.sh('head -c 4M /dev/urandom >>/run/images/source.img; head -c 4M /dev/urandom >>/run/images/odd.img');
      const {status, output} = await good('run');
      expect({status, output}).toMatchObject({status: 0});
      expect(output).toContain('Growing the target /dev/mapper/vg0-far--odd from 8.0MiB to 12.0MiB');
      const sizes = (await volumes()).map((line) => line.split(' ').slice(0, 2).join(' '));
      expect(sizes).toEqual(['far-odd 12.00', 'linear 16.00', 'pool 64.00', 'thin-copy 12.00']);
      await expectSame(16 * MIB, 'source.img', '/dev/vg0/linear');
      await expectSame(5_000_000 + 4 * MIB, 'odd.img', '/dev/vg0/far-odd', '/dev/vg0/thin-copy');
      await guest.sh('cmp /run/images/source.img /run/images/copy.img');
    });

    it('is never made smaller', async () => {
      const before = await volumes();
      await guest.sh('truncate -s 12M /run/images/source.img; truncate -s 5000000 /run/images/odd.img');
      const {status, output} = await good('run', ...LOCAL);
      expect(status).toBe(3);
      expect(output.match(/Different sizes/g)).toHaveLength(3);
      expect(await volumes()).toEqual(before);
      await guest.sh('lvremove -qq --yes vg0/linear vg0/thin-copy vg0/far-odd vg0/pool');
    });

    it('is refused by check and by run where it cannot be had, in the same words, and nothing changes', async () => {
      await guest.sh(`modprobe loop; truncate -s 72M /run/images/disk; losetup /dev/loop0 /run/images/disk
      vgcreate -q vg1 /dev/loop0
      truncate -s 80M /run/images/large.img; truncate -s 1M /run/images/device; losetup /dev/loop1 /run/images/device
      lvcreate -qq --size 4M --name off vg1; lvchange -an vg1/off
      lvcreate -qq --type thin-pool --zero n --size 8M --name plain vg1
      lvcreate -qq --size 8M --name small vg1; lvcreate -qq --snapshot --size 4M --name snap vg1/small
      lvcreate -qq --size 4M --name last vg1; lvcreate -qq --size 8M --name used vg1
      mkfs.ext4 -q /dev/vg1/used; mkdir /run/images/mounted; mount /dev/vg1/used /run/images/mounted`);
      const before = await volumes('vg1');
      const expectRefused = async (names: readonly string[], ...words: string[]): Promise<void> => {
        const {status, output} = await manager(...words, '--config', '/run/images/bad.conf');
        expect(status).toBe(3);
        for (const name of names) for (const text of BAD[name]?.slice(1) ?? []) expect(output).toContain(text);
      };
      await expectRefused(Object.keys(BAD), 'check');
      const some = ['inactive', 'full', 'device', 'in use'];
      await expectRefused(some, 'run', ...some.flatMap((name) => ['--task', name]));
      expect(await volumes('vg1')).toEqual(before);
      expect(await guest.sh('umount /run/images/mounted; e2fsck -fn /dev/vg1/used >/dev/null 2>&1 && echo clean')).toBe(
        'clean',
      );
    });

    it('that is new has no signature of what its extents held before', async () => {
      await guest.sh('lvcreate -qq --yes --size 12M --name old vg0; mkfs.ext4 -q /dev/vg0/old');
      expect(await guest.sh('blkid -p -o value -s TYPE /dev/vg0/old; lvremove -qq --yes vg0/old')).toBe('ext4');
      const planned = await planVolume(lvm, {vg: 'vg0', name: 'new', sizeBytes: 12 * MIB, pool: undefined});
      await createVolume(lvm, planned, ['a-tag']);
      expect(await guest.sh('blkid -p /dev/vg0/new || echo nothing')).toBe('nothing');
    });

    it('is left alone when it, or its room, was taken between the look and the change', async () => {
      const taken = await planVolume(lvm, {vg: 'vg0', name: 'taken', sizeBytes: 12 * MIB, pool: undefined});
      const extension = await planExtension(lvm, await findVolume(lvm, 'vg0/new'), 100 * MIB);
      await guest.sh('lvcreate -qq --yes --size 4M --name taken vg0; lvcreate -qq --yes --size 200M --name filler vg0');
      await expect(createVolume(lvm, taken, [])).rejects.toMatchObject({code: 'volume-name-taken'});
      await expect(createVolume(lvm, {...taken, name: 'other', extents: 99}, [])).rejects.toMatchObject({
        code: 'volume-group-full',
        message: 'the volume group vg0 has no room for vg0/other: 12.0MiB needed, 36.0MiB free',
      });
      await expect(extendVolume(lvm, extension)).rejects.toMatchObject({code: 'volume-group-full'});
      await guest.sh('lvremove -qq --yes vg0/filler; lvextend -qq --size 120M vg0/new');
      expect(await extendVolume(lvm, extension)).toMatchObject({sizeBytes: 120 * MIB});
      await guest.sh('lvrename -qq vg0 new renamed');
      await expect(extendVolume(lvm, extension)).rejects.toMatchObject({
        code: 'volume-not-extensible',
        message: 'vg0/new was removed, renamed or replaced meanwhile',
      });
      expect(await volumes()).toEqual(['renamed 120.00  a-tag', 'taken 4.00']);
    });
  },
);
