import {beforeAll, describe, expect, it} from 'vitest';
import {type DocumentedPage, openPage} from './documented-page.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {startSshServer} from './guest-ssh.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`the page about the other machine is NOT tested: ${skipped}`);

const PAGE = 'remote-set-up.md';

describe.skipIf(skipped !== undefined)(
  `docs/${PAGE}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 240_000},
  () => {
    let guest: Guest;
    let page: DocumentedPage;
    const tried = async (command: string) => (await guest.run(['sh', '-c', `${command} 2>&1`])).stdout;

    beforeAll(async () => {
      guest = await startGuest(32 * 2 ** 20);
      page = openPage(guest, PAGE);
      await startSshServer(guest, {host: 'store.example.org', user: 'root'});
      await guest.sh(`cp /run/sshd/key.pub /etc/ssh/ssh_host_ed25519_key.pub
        vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 8M --name home vg0
        dd if=/dev/urandom of=/dev/vg0/home bs=1M count=2 oflag=direct`);
      return () => guest[Symbol.asyncDispose]();
    });

    it('makes a user and a key with which one can log in', async () => {
      await page.runSection('A user of its own');
      await page.runSection('A key for the nights');
      const [fingerprint, listed] = await page.runSection('The key of the other machine');
      expect(fingerprint).toMatch(/^256 SHA256:\S+ .*\(ED25519\)$/);
      expect(listed).toBe('images\npatches');
    });

    it('gives the key no terminal, no forwarding, and no way to another key', async () => {
      expect(await tried('ssh -S none copies id -nu')).toBe('copies\n');
      expect(await tried('ssh -S none -tt copies tty')).toContain('PTY allocation request failed');
      const forward = 'ssh -S none -o ExitOnForwardFailure=yes -R 2222:localhost:22 copies echo in';
      expect(await tried(forward)).toMatch(/^(?!in$).*forwarding failed/m);
      expect(await tried("ssh -S none copies 'echo x >>.ssh/authorized_keys'")).toMatch(/permission denied/i);
      expect(await tried("ssh -S none copies 'mv .ssh .elsewhere; mkdir .ssh'")).toMatch(/permission denied/i);
      expect(await tried('ssh -S none copies ls /root')).toMatch(/permission denied/i);
    });

    it('copies a volume into an image there, over one connection', async () => {
      const [output = ''] = await page.runSection('Try it');
      expect(output).toMatch(/^home: ready$/m);
      expect(output).toMatch(/^written$/m);
      expect(await guest.sh('ls -l /srv/copies/images')).toMatch(/^-rw------- 1 copies copies .* home\.img$/m);
      await guest.sh('cmp /dev/vg0/home /srv/copies/images/home.img; ls /srv/copies/patches; ssh -O check copies');
      expect(await guest.sh('echo /dev/vg0/* /srv/copies/patches/*')).toBe('/dev/vg0/home /srv/copies/patches/*');
    });

    it('has no commands that were not run', () => {
      expect(page.notRun()).toEqual([]);
    });
  },
);
