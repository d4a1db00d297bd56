import {beforeAll, describe, expect, it} from 'vitest';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {startSshServer} from './guest-ssh.js';
import {installWitness, readRecords, startWriteLoad, witnessedMoment} from './write-load.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`a round trip of an encrypted volume is NOT tested: ${skipped}`);

const VOLUME_BYTES = 40 * 2 ** 20;
const PASSPHRASE = 'correct horse';
const PLAIN_TEXT = 'the plain text of which nobody but us may know';

const config = (lvm: string): string => `[documents]
source_path = /dev/vg0/documents
connection_command = ssh -o BatchMode=yes vault@store.example.org
target_path = /dev/vg0/copy
target_patch_dir = incoming
bdsync_args = --hash=sha256 --twopass
lvm_snapshot_enabled = yes
lvm_snapshot_size = 100%%ORIGIN
lvm_program_path = ${lvm}
state_dir = /run/state
`;

describe.skipIf(skipped !== undefined)(
  `an encrypted volume in use${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const digestOf = (path: string): Promise<string> => guest.sh(`sha256sum <${path} | cut -d ' ' -f 1`);

    beforeAll(async () => {
      guest = await startGuest(160 * 2 ** 20);
      await startSshServer(guest, {host: 'store.example.org', user: 'vault'});
      // Few iterations, which are all that makes the passphrase slow: nothing here is worth guessing.
      await guest.sh(`echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
        vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size ${VOLUME_BYTES}b --name documents vg0
        lvcreate -qq --size ${VOLUME_BYTES}b --name copy vg0
        # Whoever owns the store gives vault this volume.
        chown -L vault /dev/vg0/copy
        ssh vault@store.example.org mkdir incoming
        echo -n '${PASSPHRASE}' >/run/passphrase
        cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/vg0/documents /run/passphrase
        cryptsetup open --key-file /run/passphrase /dev/vg0/documents documents
        mkfs.ext4 -q /dev/mapper/documents
        mkdir /run/documents /run/restored
        mount /dev/mapper/documents /run/documents
        yes '${PLAIN_TEXT}' | head -c 1M >/run/documents/letters
        sync -f /run/documents
        cat >/run/tasks.conf <<'END'\n${config(await installWitness(guest, '/dev/vg0/bdsync-snapshot'))}END`);
      return () => guest[Symbol.asyncDispose]();
    });

    async function sync(): Promise<{sentBytes: number}> {
      const output = await guest.sh('bdsync-manager --config /run/tasks.conf --json');
      const {tasks}: {tasks: {figures: {sentBytes: number}}[]} = JSON.parse(output);
      return {sentBytes: tasks[0]?.figures.sentBytes ?? NaN};
    }

    it('is copied over ssh as the ciphertext that a snapshot of it holds', async () => {
      await using _load = await startWriteLoad(guest, '/run/documents');
      await sync();
      const {digest} = await witnessedMoment(guest);
      expect(await digestOf('/dev/vg0/copy')).toBe(digest);
      expect(await guest.sh('cd /dev/vg0; echo *')).toBe('copy documents');
      expect((await guest.run(['grep', '-q', PLAIN_TEXT, '/dev/mapper/documents'])).status).toBe(0);
      expect((await guest.run(['grep', '-q', PLAIN_TEXT, '/dev/vg0/copy'])).status).toBe(1);
    });

    it('opens with the same passphrase, and holds what was there at the moment of the snapshot', async () => {
      await guest.sh('cryptsetup open --key-file /run/passphrase /dev/vg0/copy restored');
      // No freeze reaches through the encryption: mounting replays the journal, as it does after a power cut.
      await guest.sh(`mount /dev/mapper/restored /run/restored
        cmp /run/documents/letters /run/restored/letters`);
      const {before, behind} = await witnessedMoment(guest);
      const {lastWhole} = await readRecords(guest, '/run/restored');
      expect(lastWhole).toBeGreaterThanOrEqual(before);
      expect(lastWhole).toBeLessThanOrEqual(behind + 1);
      await guest.sh('umount /run/restored; e2fsck -fn /dev/mapper/restored; cryptsetup close restored');
    });

    it('sends little when little has changed', async () => {
      await guest.sh('cp /run/documents/letters /run/documents/reply; sync -f /run/documents');
      const {sentBytes} = await sync();
      expect(sentBytes).toBeGreaterThan(2 ** 20);
      // 1 MiB of data, what the load has written since, and blocks of the file system.
      expect(sentBytes).toBeLessThan(VOLUME_BYTES / 3);
      expect(await digestOf('/dev/vg0/copy')).toBe(await digestOf('/dev/vg0/documents'));
    });
  },
);
