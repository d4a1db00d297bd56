import {beforeAll, describe, expect, it} from 'vitest';
import {type DocumentedPage, openPage} from './documented-page.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {shareConnection, startSshServer} from './guest-ssh.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`the page about virtualisation servers is NOT tested: ${skipped}`);

const PAGE = 'virtualisation-server-every-night.md';

/**
 * Stands for libvirt. A machine is a file system on its first disk, mounted through a loop device: LVM cannot freeze it,
 * as it cannot reach into a real machine.
 */
const VIRSH = `#!/bin/sh
echo "$*" >>/run/virsh.log
disk=/dev/vg0/vm-$2 folder=/run/machines/$2
[ -e $disk ] || disk=$disk-data
case $1 in
  domfsfreeze) exec fsfreeze --freeze $folder ;;
  domfsthaw) exec fsfreeze --unfreeze $folder ;;
  destroy) umount -d $folder ;;
  start) mkdir -p $folder; mount -o loop $disk $folder ;;
esac
`;

describe.skipIf(skipped !== undefined)(
  `docs/${PAGE}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 300_000},
  () => {
    let guest: Guest;
    let page: DocumentedPage;
    let shared: AsyncDisposable;
    const copied = async (): Promise<string[]> => (await guest.sh('cd /dev/vg1; echo *')).split(' ');

    beforeAll(async () => {
      guest = await startGuest(128 * 2 ** 20);
      page = openPage(guest, PAGE);
      await startSshServer(guest, {host: 'standby.example.org', user: 'root'});
      await guest.sh(`echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
        modprobe loop
        truncate -s 96M /run/standby.img
        losetup /dev/loop7 /run/standby.img
        vgcreate -q vg1 /dev/loop7
        vgcreate -q vg0 /dev/ubda
        cat >/usr/local/bin/virsh <<'END'\n${VIRSH}END
        chmod 755 /usr/local/bin/virsh
        for disk in mail shop-data shop-index mail-swap; do lvcreate -qq --size 8M --name vm-$disk vg0; done
        for machine in mail shop-data; do mkfs.ext4 -q /dev/vg0/vm-$machine; done
        for machine in mail shop; do virsh start $machine; done
        echo 'a letter' >/run/machines/mail/inbox
        head -c 3000000 /dev/urandom >/dev/vg0/vm-shop-index`);
      return () => guest[Symbol.asyncDispose]();
    });

    it('makes a key that can do the work', async () => {
      await page.runSection('A key for the nights');
      expect(await guest.sh('ssh standby id -nu')).toBe('root');
      shared = await shareConnection(guest, 'standby');
    });

    it('copies the disks that it says, each at a good moment', async () => {
      await page.runSection('What is copied');
      const [output = ''] = await page.runSection('The first run');
      for (const task of ['machines/vm-mail', 'shop/vm-shop-data', 'shop/vm-shop-index']) {
        expect(output).toContain(`${task}: ready`);
      }
      expect(await copied()).toEqual(['vm-mail', 'vm-shop-data', 'vm-shop-index']);
      await guest.sh('cmp /dev/vg0/vm-shop-index /dev/vg1/vm-shop-index; e2fsck -fn /dev/vg1/vm-mail');
      // The two disks of the shop have one pair of commands around both snapshots.
      expect((await guest.sh('grep domfs /run/virsh.log')).split('\n')).toEqual(
        ['mail', 'shop'].flatMap((machine) => [`domfsfreeze ${machine}`, `domfsthaw ${machine}`]),
      );
    });

    it('has a night that follows a disk which has grown, and mentions nothing else', async () => {
      await guest.sh(`echo 'another letter' >>/run/machines/mail/inbox
        lvextend -qq --size 12M vg0/vm-shop-index`);
      const [mail = ''] = await page.runSection('Every night');
      expect(mail.split('\n\n')[1]).toBe(
        '[Task shop/vm-shop-index] WARNING: Growing the target /dev/vg1/vm-shop-index from 8.0MiB to 12.0MiB',
      );
      expect(await guest.sh('cmp /dev/vg0/vm-shop-index /dev/vg1/vm-shop-index; cd /dev/vg0; echo *')).toBe(
        'vm-mail vm-mail-swap vm-shop-data vm-shop-index',
      );
    });

    it('looks at a copy in the morning', async () => {
      const [again, state, look = ''] = await page.runSection('In the morning');
      expect(again).toBe('');
      expect(state).toContain('machines/vm-mail: ready');
      expect(look).toMatch(/^inbox$/m);
    });

    it('brings a machine back', async () => {
      await guest.sh('rm /run/machines/mail/inbox');
      await page.runSection('One machine back');
      expect(await guest.sh('cat /run/machines/mail/inbox')).toBe('a letter\nanother letter');
    });

    it('keeps a lost server out', async () => {
      await shared[Symbol.asyncDispose]();
      await page.runSection('The server is lost');
      const {status, stderr} = await guest.run(['bdsync-manager', '--task', 'machines/vm-mail']);
      expect(status).toBe(3);
      expect(stderr).toContain('Permission denied');
    });

    it('has no commands that were not run', () => {
      expect(page.notRun()).toEqual([]);
    });
  },
);
