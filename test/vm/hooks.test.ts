import {beforeAll, describe, expect, it} from 'vitest';
import {BDSYNC, BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`frozen file systems and opened volumes are NOT tested: ${skipped}`);

// State and log are on the file system that is frozen, which lies on an opened LUKS volume.
const FREEZING = `[DEFAULT]
source_path = /dev/vg0/srv
lvm_snapshot_enabled = yes
lvm_snapshot_size = 4M
state_dir = /srv/state
create_target_if_missing = yes
apply_patch_in_place = yes
target_path = /run/night/copy.img
before_snapshot = fsfreeze -f /srv
after_snapshot = fsfreeze -u /srv
snapshot_hook_timeout = 20
[frozen]
[killed]
lvm_program_path = /run/night/lvm-that-kills
[stopped]
lvm_program_path = /run/night/lvm-that-stops
[full]
[failing]
after_snapshot = sh -c 'fsfreeze -u /srv; echo it was frozen; exit 1'
[hanging]
lvm_program_path = /run/night/lvm-that-writes
snapshot_hook_timeout = 2
[own]
source_path = /dev/vg0/own
target_path = /run/night/own.img
before_snapshot = fsfreeze -f /own
after_snapshot = fsfreeze -u /own
`;

const OPENED = `[DEFAULT]
source_path = /dev/mapper/secret
state_dir = /run/night/state
apply_patch_in_place = yes
create_target_if_missing = yes
target_path = /run/night/plain.img
remote_bdsync_bin = ${BDSYNC}
connection_command = /run/night/elsewhere
[opened]
[opened by its link]
source_path = /run/night/link
[meant]
allow_plaintext = yes
[same machine]
connection_command = env A=1
[here]
connection_command =
[group on it]
source_path = /dev/vg1/inner
[unopened]
source_path = /dev/vg0/srv
target_path = /run/night/ciphertext.img
bdsync_args = --zeroblocks
`;

/** Stands for lvm, and does something when a snapshot is to be made. */
function wrapper(name: string, action: string): string {
  return `cat >/run/night/${name} <<'END'
#!/bin/sh
case $1 in lvcreate) ${action} ;; esac
exec /sbin/lvm "$@"
END
chmod 755 /run/night/${name}`;
}

describe.skipIf(skipped !== undefined)(
  `hooks and encrypted volumes${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const manager = `${process.execPath} ${BDSYNC_MANAGER}`;
    /** Runs a task with its log on the file system; tells whether that can be written afterwards, and the log. */
    const nightly = (task: string): Promise<string> =>
      guest.sh(`${manager} --config /run/night/freezing.conf --task '${task}' --log-level info >/srv/log 2>&1 || echo status $?
        timeout 10 touch /srv/mark && echo thawed; cat /srv/log; cd /dev/vg0; echo volumes *`);

    const opened = (words: string): Promise<string> =>
      guest.sh(`${manager} --config /run/night/opened.conf ${words} 2>&1`);

    beforeAll(async () => {
      guest = await startGuest(96 * 2 ** 20);
      const luks = '--type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --luks2-metadata-size 16k';
      // Another boot id makes another machine of this one.
      await guest.sh(`mkdir -p /run/night /srv /own
        echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
        vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 12M --name srv vg0
        lvcreate -qq --size 8M --name own vg0
        printf secret | cryptsetup -q luksFormat ${luks} --luks2-keyslots-size 256k /dev/vg0/srv -
        printf secret | cryptsetup open --key-file - /dev/vg0/srv secret
        ln -s /dev/mapper/secret /run/night/link
        for volume in /dev/mapper/secret /dev/vg0/own; do mkfs.ext4 -q $volume; done
        mount /dev/mapper/secret /srv; mount /dev/vg0/own /own
        echo 4e0d9a4c-0000-4000-8000-000000000000 >/run/night/boot-id
        cat >/run/night/elsewhere <<'END'
#!/bin/sh
exec unshare -m sh -c 'mount --bind /run/night/boot-id /proc/sys/kernel/random/boot_id && exec "$@"' sh "$@"
END
        chmod 755 /run/night/elsewhere
        cat >/run/night/freezing.conf <<'END'\n${FREEZING}END
        cat >/run/night/opened.conf <<'END'\n${OPENED}END
        ${wrapper('lvm-that-kills', '/sbin/lvm "$@"; kill -KILL $PPID; exit')}
        ${wrapper('lvm-that-stops', '/sbin/lvm "$@"; status=$?; kill -TERM $PPID; sleep 1; exit $status')}
        ${wrapper('lvm-that-writes', 'echo archive >/srv/archive')}`);
      return () => guest[Symbol.asyncDispose]();
    });

    it('freeze the file system on an opened volume: its copy needs the same passphrase and no repair', async () => {
      const output = await nightly('frozen');
      expect(output).toContain('thawed');
      expect(output).not.toMatch(/^status/m);
      expect(output).toMatch(/^volumes own srv$/m);
      const copy = await guest.sh(`modprobe loop; device=$(losetup --find --show /run/night/copy.img)
        printf secret | cryptsetup open --readonly --key-file - "$device" copy
        dumpe2fs -h /dev/mapper/copy 2>&1; e2fsck -fn /dev/mapper/copy
        cryptsetup close copy; losetup -d "$device"`);
      // Of a journal that is to be replayed it would be told.
      expect(copy).toContain('has_journal');
      expect(copy).not.toContain('needs_recovery');
    });

    it('thaw at once when the run is killed while it is frozen', async () => {
      const output = await nightly('killed');
      expect(output).toContain('status 137');
      expect(output).toContain('thawed');
      expect(output).toMatch(/^volumes bdsync-snapshot own srv$/m);
      await guest.sh(wrapper('lvm-that-kills', ':'));
      const next = await nightly('killed');
      expect(next).not.toMatch(/^status/m);
      expect(next).toContain('ran after_snapshot, as an interrupted run may not have done');
      expect(next).toContain('thawed');
      expect(next).toMatch(/^volumes own srv$/m);
    });

    it('thaw when a signal stops the run, and when there is no room for a snapshot', async () => {
      const stopped = await nightly('stopped');
      expect(stopped).toContain('thawed');
      expect(stopped).toContain('status 4');
      expect(stopped).toMatch(/^volumes own srv$/m);
      await guest.sh('lvcreate -qq --extents 100%FREE --name filler vg0');
      const full = await nightly('full');
      await guest.sh('lvremove -qq --yes vg0/filler');
      expect(full).toContain('status 3');
      expect(full).toContain('the volume group has no room for 4M');
      expect(full).toContain('thawed');
    });

    it('fail a run whose copy is good when the second one fails', async () => {
      const output = await nightly('failing');
      expect(output).toContain('status 3');
      expect(output).toContain('it was frozen');
      expect(output).toContain('target: /run/night/copy.img on this machine is up to date');
      expect(output).toMatch(/^volumes own srv$/m);
    });

    it('thaw when LVM itself waits for what is frozen, and then the snapshot does not count', async () => {
      const output = await nightly('hanging');
      expect(output).toContain('status 3');
      expect(output).toContain('after_snapshot had to run before the snapshot was there');
      expect(output).toContain('thawed');
      expect(output).toMatch(/^volumes own srv$/m);
    });

    it('take no snapshot where LVM would find its own file system frozen', async () => {
      const output = await nightly('own');
      expect(output).toContain('status 3');
      expect(output).toContain('its own file system is frozen (/own)');
      expect(output).toMatch(/^volumes own srv$/m);
      expect(await guest.sh('timeout 10 touch /own/mark; dmsetup info -c --noheadings -o suspended vg0-own')).toBe(
        'Active',
      );
    });

    describe('an opened volume', () => {
      it('is warned of where its plain text goes to another machine', async () => {
        const tasks = ['opened', 'opened by its link', 'meant', 'same machine', 'here'];
        const output = await opened(`check ${tasks.map((task) => `--task '${task}'`).join(' ')}`);
        const warned = tasks.filter((task) => {
          const [, after = ''] = output.split(`${task}: ready\n`);
          const [findings = ''] = after.split(/^(?! )/m);
          return findings.includes('its plain text leaves');
        });
        expect(output.match(/: ready$/gm)).toHaveLength(tasks.length);
        expect(output).toContain('/run/night/link is the opened encrypted volume secret: its plain text leaves');
        expect(warned).toEqual(['opened', 'opened by its link']);
      });

      it('is told of in the plan and in the report of a run', async () => {
        expect(await opened('--dry-run --task opened')).toContain('its plain text leaves this machine');
        const run = await opened('--task opened --json');
        const {tasks}: {tasks: {notes: string[]}[]} = JSON.parse(run.slice(run.indexOf('\n{')));
        expect(tasks[0]?.notes.join('\n')).toContain('allow_plaintext = yes');
      });

      it('is no matter when it is not opened: the ciphertext is copied', async () => {
        const output = await opened('check --task unopened');
        expect(output).toContain('is encrypted (LUKS2) and copied as it is, unopened');
        expect(output).toContain('--zeroblocks is of no use');
        expect(output).not.toContain('plain text');
        expect(await opened('--task unopened --log-level info')).toContain('--zeroblocks is of no use');
      });

      it('is no matter either below the group of the source', async () => {
        const output = await guest.sh(`umount /srv; vgcreate -qq --yes vg1 /dev/mapper/secret
          lvcreate -qq --yes --size 4M --name inner vg1
          rm -f /run/night/plain.img
          ${manager} --config /run/night/opened.conf check --task 'group on it'`);
        expect(output).toContain('group on it: ready');
        expect(output).not.toContain('plain text');
      });
    });
  },
);
