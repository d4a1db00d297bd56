import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, it} from 'vitest';
import {markdownFences} from '../support/markdown-fences.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {type GuestCron, startCron} from './guest-cron.js';
import {installPrograms} from './guest-ssh.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`a night that cron begins is NOT tested: ${skipped}`);

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
const CRONTAB = markdownFences(README).find(({language}) => language === 'crontab')?.text ?? '';

const CONFIG = `[home]
source_path = /dev/vg0/home
target_path = /srv/home.img
target_patch_dir = /srv
create_target_if_missing = yes
lvm_snapshot_enabled = yes
lvm_snapshot_size = 10%%ORIGIN
`;

describe.skipIf(skipped !== undefined)(
  `the file for cron in README.md${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    let cron: GuestCron;

    beforeAll(async () => {
      guest = await startGuest(96 * 2 ** 20);
      await installPrograms(guest);
      await guest.sh(`vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 16M --name home vg0
        dd if=/dev/urandom of=/dev/vg0/home bs=1M count=2 oflag=direct
        cat >/etc/bdsync-manager.conf <<'END'\n${CONFIG}END`);
      cron = await startCron(guest, CRONTAB);
      return () => guest[Symbol.asyncDispose]();
    });

    it('starts the run at its hour, which says that it made the image, once', async () => {
      expect(await cron.nightOf('02:30')).toMatch(/Creating missing target file: \/srv\/home\.img/);
      await guest.sh('cmp /dev/vg0/home /srv/home.img');
    });

    it('sends no mail of a night in which all went well', async () => {
      await guest.sh('dd if=/dev/urandom of=/dev/vg0/home bs=64k count=1 seek=100 oflag=direct');
      expect(await cron.nightOf('02:30')).toBe('');
      await guest.sh('cmp /dev/vg0/home /srv/home.img');
      expect(await guest.sh('cd /dev/vg0; echo *')).toBe('home');
    });

    it('sends mail of a task that failed', async () => {
      await guest.sh('lvcreate -qq --size 4M --name bdsync-snapshot vg0');
      const mail = await cron.nightOf('02:30');
      expect(mail).toMatch(/^Subject: Cron <root@.*> bdsync-manager$/m);
      expect(mail).toContain('the name is taken by');
      await guest.sh('lvremove -qq --yes vg0/bdsync-snapshot');
    });
  },
);
