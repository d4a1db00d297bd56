import {beforeAll, describe, expect, it} from 'vitest';
import {type DocumentedPage, openPage} from './documented-page.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {shareConnection, startSshServer} from './guest-ssh.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`the page about encrypted volumes is NOT tested: ${skipped}`);

const PAGE = 'encrypted-volume-to-an-untrusted-store.md';
const PASSPHRASE = 'correct horse';

describe.skipIf(skipped !== undefined)(
  `docs/${PAGE}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    let page: DocumentedPage;
    const copy = (): Promise<string> => guest.sh('sha256sum <~vault/copies/documents.img');

    beforeAll(async () => {
      guest = await startGuest(160 * 2 ** 20);
      page = openPage(guest, PAGE);
      await startSshServer(guest, {host: 'store.example.org', user: 'vault'});
      await shareConnection(guest, 'vault@store.example.org');
      await guest.sh(`vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 32M --name documents vg0
        echo -n '${PASSPHRASE}' >/run/passphrase
        cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/vg0/documents /run/passphrase
        cryptsetup open --key-file /run/passphrase /dev/vg0/documents documents
        mkfs.ext4 -q /dev/mapper/documents
        mkdir /srv/documents
        mount /dev/mapper/documents /srv/documents
        echo 'a letter' >/srv/documents/letter`);
      return () => guest[Symbol.asyncDispose]();
    });

    it('makes the copy as it says', async () => {
      const [, , outputs = ''] = await page.runSection('Before the first night');
      expect(outputs).toContain('documents: ready');
      expect(outputs.match(/warning.*/gi)).toEqual(['WARNING: Creating missing target file: copies/documents.img']);
      // The header; in what is behind it, freezing and thawing left their traces.
      await guest.sh('cmp --bytes=16M /dev/vg0/documents ~vault/copies/documents.img');
    });

    it('has a night without mail', async () => {
      const first = await copy();
      // The freeze is over.
      await guest.sh("echo 'another letter' >/srv/documents/reply");
      expect(await page.runSection('Every night')).toEqual(['']);
      expect(await copy()).not.toBe(first);
      expect(await guest.sh('cd /dev/vg0; echo *')).toBe('documents');
    });

    it('compares without writing', async () => {
      const before = await copy();
      const [output] = await page.runSection('Whether the copy is good');
      expect(output).toMatch(/^ {2}would change {3}\d.* of 32\.0MiB$/m);
      expect(await copy()).toBe(before);
    });

    it('gets it back, also when the header is lost', async () => {
      await page.runSection('Getting it back', {
        typed: PASSPHRASE,
        before: {
          'cryptsetup luksHeaderRestore': 'dd if=/dev/zero of=/dev/vg0/restored bs=1M count=1 conv=fsync',
          umount: 'diff -r /srv/documents /mnt; cat /mnt/letter /mnt/reply >/run/restored',
        },
      });
      expect(await guest.sh('cat /run/restored')).toBe('a letter\nanother letter');
      expect(await guest.sh('cd /dev/vg0; echo *; cd /dev/mapper; echo *')).toMatch(/^documents\n(?!.*restored)/);
    });

    it('has no commands that were not run', () => {
      expect(page.notRun()).toEqual([]);
    });
  },
);
