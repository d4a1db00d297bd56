import {beforeAll, describe, expect, it} from 'vitest';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {installWitness, readRecords, startWriteLoad, witnessedMoment} from './write-load.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`a copy of a file system that is being written is NOT tested: ${skipped}`);

const config = (lvm: string): string => `[DEFAULT]
source_path = /dev/vg0/%(volume)s
target_path = /run/night/%(volume)s.img
create_target_if_missing = yes
lvm_snapshot_enabled = yes
lvm_program_path = ${lvm}
state_dir = /run/night/state
[classic]
volume = classic
lvm_snapshot_size = 100%%ORIGIN
target_patch_dir = /run/night
[thin]
volume = thin
apply_patch_in_place = yes
`;

describe.skipIf(skipped !== undefined)(
  `a file system that is mounted and written during the run${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const manager = `${process.execPath} ${BDSYNC_MANAGER} --config /run/night/tasks.conf`;

    beforeAll(async () => {
      guest = await startGuest(192 * 2 ** 20);
      await guest.sh(`mkdir /run/night /run/copy
        echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
        vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 32M --name classic vg0
        lvcreate -qq --type thin-pool --size 80M --name pool vg0
        lvcreate -qq --virtualsize 32M --thinpool pool --name thin vg0
        for volume in classic thin; do
          mkfs.ext4 -q /dev/vg0/$volume
          mkdir /run/$volume
          mount /dev/vg0/$volume /run/$volume
        done
        cat >/run/night/tasks.conf <<'END'\n${config(await installWitness(guest, '/dev/vg0/bdsync-snapshot'))}END`);
      return () => guest[Symbol.asyncDispose]();
    });

    it.each(['classic', 'thin'])('through a %s snapshot, the copy is the moment of the snapshot', async (kind) => {
      const image = `/run/night/${kind}.img`;
      let writtenBehind: number;
      {
        await using load = await startWriteLoad(guest, `/run/${kind}`);
        // The second run finds most of it there: what was written meanwhile, and nothing else, is brought in step.
        for (let run = 1; run <= 2; run += 1)
          expect(await guest.sh(`${manager} --task ${kind} --log-level error 2>&1`)).toBe('');
        writtenBehind = await load.lastNumber();
      }
      const {digest, before, behind} = await witnessedMoment(guest);
      expect(await guest.sh(`sha256sum <${image} | cut -d ' ' -f 1`)).toBe(digest);
      expect(writtenBehind).toBeGreaterThan(behind + 5);

      // LVM freezes a file system that lies directly on the volume: nothing is left to be replayed from its journal.
      expect(await guest.sh(`dumpe2fs -h ${image} 2>/dev/null | grep features`)).not.toContain('needs_recovery');
      await guest.sh(`e2fsck -fn ${image}`);

      await guest.sh(`modprobe loop; mount -o ro,loop ${image} /run/copy`);
      const {first, lastWhole} = await readRecords(guest, '/run/copy');
      await guest.sh('umount /run/copy');
      // All that was acknowledged before the snapshot, and nothing from behind it.
      expect(lastWhole).toBeGreaterThanOrEqual(before);
      expect(lastWhole).toBeLessThanOrEqual(behind + 1);
      expect(first).toBeLessThanOrEqual(Math.max(1, lastWhole - 38));
      expect(await guest.sh('cd /dev/vg0; echo *')).toBe('classic thin');
    });
  },
);
