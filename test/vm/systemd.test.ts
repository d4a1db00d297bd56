import {existsSync} from 'node:fs';
import {beforeAll, describe, expect, it} from 'vitest';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {startSystemd} from './guest-systemd.js';

const skipped =
  whyNoGuest() ?? (existsSync('/usr/lib/systemd/systemd') ? undefined : 'systemd is not installed (Debian: systemd)');
if (skipped !== undefined) console.warn(`a run that systemd starts is NOT tested: ${skipped}`);

const MANAGER = `'${process.execPath}' '${BDSYNC_MANAGER}'`;
const VOLUME = `[home]
source_path = /dev/vg0/home
target_path = /srv/home.img
target_patch_dir = /srv
create_target_if_missing = yes
lvm_snapshot_enabled = yes
lvm_snapshot_size = 10%%ORIGIN
`;
const IMAGE = `[image]
source_path = /srv/home.img
target_path = /var/copies/home.img
create_target_if_missing = yes
apply_patch_in_place = yes
`;

// Kills the run itself, as the kernel does when memory is short, while something is frozen.
const FROZEN = `[frozen]
source_path = /dev/vg0/home
target_path = /srv/frozen.img
apply_patch_in_place = yes
create_target_if_missing = yes
lvm_snapshot_enabled = yes
lvm_snapshot_size = 4M
before_snapshot = sh -c 'kill -KILL $PPID; sleep 1000'
after_snapshot = sh -c 'sleep 2; echo thawed >/run/thawed'
`;

describe.skipIf(skipped !== undefined)(
  `a service of systemd${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 240_000},
  () => {
    let guest: Guest;

    beforeAll(async () => {
      guest = await startGuest(96 * 2 ** 20);
      await guest.sh(`vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 16M --name home vg0
        dd if=/dev/urandom of=/dev/vg0/home bs=1M count=2 oflag=direct
        mkdir -p /srv /var/copies
        cat >/etc/bdsync-manager.conf <<'END'\n${VOLUME}END
        cat >/etc/image.conf <<'END'\n${IMAGE}END`);
      await startSystemd(guest);
      return () => guest[Symbol.asyncDispose]();
    }, 240_000);

    it('is enabled by its timer, of which status knows the next time', async () => {
      expect(await guest.sh(`${MANAGER} install systemd --yes`)).toMatch(/\nrun systemctl enable --now .*\ndone$/);
      expect(await guest.sh('systemctl is-active bdsync-manager.timer')).toBe('active');
      expect((await guest.run(['sh', '-c', `${MANAGER} status`])).stdout).toMatch(
        /^next run in .*, by bdsync-manager\.timer: all tasks$/m,
      );
    });

    it('makes a snapshot and copies it, inside of its sandbox; the journal has its words with their priorities', async () => {
      await guest.sh('systemctl start bdsync-manager.service');
      await guest.sh('cmp /dev/vg0/home /srv/home.img');
      expect(await guest.sh('cd /dev/vg0; echo *')).toBe('home');
      expect(await guest.sh('systemctl show --value -p StatusText bdsync-manager.service')).toBe('task 1 of 1: home');
      const warnings = await guest.sh('journalctl -q -o cat -p warning -u bdsync-manager.service');
      expect(warnings).toBe('[Task home] WARNING: Creating missing target file: /srv/home.img');
      expect(await guest.sh('journalctl -q -o cat -u bdsync-manager.service')).toContain(
        '[Task home] INFO: Patch Size: 2',
      );
    });

    it('fails as a unit when its task fails', async () => {
      await guest.sh('lvcreate -qq --size 4M --name bdsync-snapshot vg0');
      const {status} = await guest.run(['systemctl', 'start', 'bdsync-manager.service']);
      expect(status).not.toBe(0);
      expect(await guest.sh('systemctl show --value -p Result bdsync-manager.service')).toBe('exit-code');
      expect(await guest.sh('journalctl -q -o cat -p err -u bdsync-manager.service')).toContain('the name is taken by');
      await guest.sh('lvremove -qq --yes vg0/bdsync-snapshot');
    });

    it('that copies images works without devices and a network, and cannot write to other folders', async () => {
      await guest.sh(`${MANAGER} install systemd --name image --config /etc/image.conf --yes
        systemctl start image.service
        cmp /srv/home.img /var/copies/home.img`);
      await guest.sh(`sed -i 's,/var/copies,/var/elsewhere,' /etc/image.conf
        mkdir /var/elsewhere`);
      expect((await guest.run(['systemctl', 'start', 'image.service'])).status).not.toBe(0);
      expect(await guest.sh('journalctl -q -o cat -p err -u image.service')).toMatch(/EROFS|[Rr]ead-only/);
    });

    it('that is killed still thaws what it has frozen', async () => {
      await guest.sh(`cat >/etc/frozen.conf <<'END'\n${FROZEN}END
        ${MANAGER} install systemd --name frozen --config /etc/frozen.conf --yes`);
      expect((await guest.run(['systemctl', 'start', 'frozen.service'])).status).not.toBe(0);
      expect(await guest.sh('systemctl show --value -p Result frozen.service')).toBe('signal');
      await guest.sh(`for attempt in $(seq 150); do [ -e /run/thawed ] && break; sleep 0.1; done
        cat /run/thawed
        ${MANAGER} uninstall systemd --name frozen --yes`);
    });

    it('is gone after uninstall, with its timer', async () => {
      await guest.sh(`${MANAGER} uninstall systemd --yes
        ${MANAGER} uninstall systemd --name image --yes`);
      expect(await guest.sh('find /etc/systemd/system -type f -o -type l')).toBe('');
      expect(await guest.sh('systemctl list-timers --all --no-legend')).toBe('');
      expect(await guest.sh('ls /var/lib/systemd/timers')).toBe('');
    });
  },
);
