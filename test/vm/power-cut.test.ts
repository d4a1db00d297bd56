import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {temporaryFolder} from '../support/temporary-folder.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {prepareRuns, runManager, runUntil, WITH_FAR_END, WITH_LVM} from './interrupted-run.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`a power cut during a run is NOT tested: ${skipped}`);

const CONFIG = `[home]
${WITH_LVM}${WITH_FAR_END}lvm_snapshot_size = 8M
source_path = /dev/vg0/home
target_path = /run/keep/home.img
target_patch_dir = /run/keep
state_dir = /run/keep/state
create_target_if_missing = yes
`;

/** ext4 itself would write for its own ends every five seconds only in ten minutes: what survives was synced. */
const MOUNT = `mkdir -p /run/keep /run/home
  mount -o commit=600 /dev/vg0/keep /run/keep; mount /dev/vg0/home /run/home`;

const MAKE_VOLUMES = `vgcreate -q vg0 /dev/ubda
  lvcreate -qq --size 16M --name home vg0; lvcreate -qq --size 32M --name keep vg0
  for volume in home keep; do mkfs.ext4 -q /dev/vg0/$volume; done
  ${MOUNT}
  dd if=/dev/urandom of=/run/home/mail bs=64k count=40; sync`;

describe.skipIf(skipped !== undefined)(
  `a power cut${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 240_000},
  () => {
    it('in the middle of a run leaves what the first run after it removes, and that one succeeds', async () => {
      const disk = join(await temporaryFolder(), 'disk.img');
      const boot = async (script: string): Promise<Guest> => {
        const guest = await startGuest(96 * 2 ** 20, disk);
        await prepareRuns(guest, CONFIG);
        await guest.sh(script);
        return guest;
      };
      const left = 'removed vg0/bdsync-snapshot, left by an interrupted run';
      {
        await using guest = await boot(MAKE_VOLUMES);
        await runUntil(guest, 'home', {lvm: 'lvcreate', when: 'after'});
      }
      const again = `vgchange -q -ay vg0; ${MOUNT}`;
      {
        await using guest = await boot(again);
        expect(await guest.sh('echo $(lvs --noheadings -o lv_name vg0)')).toBe('bdsync-snapshot home keep');
        const output = await runUntil(guest, 'home', {role: '--server', afterBytes: 2000});
        expect(output).toContain(left);
      }
      await using guest = await boot(again);
      const {status, output} = await runManager(guest, '--log-level info');
      expect({status, output}).toMatchObject({status: 0, output: expect.stringContaining(left)});
      expect(await guest.sh('echo $(lvs --noheadings -o lv_name vg0)')).toBe('home keep');
      expect(await guest.sh('dmsetup ls | grep -e snap -e cow -e -real || true')).toBe('');
      expect(await guest.sh(`find /run/keep -path '*state/*' -type f -o -name '*.bdsync'`)).toBe('');
      await guest.sh('e2fsck -fn /run/keep/home.img; debugfs -R "cat mail" /run/keep/home.img | cmp - /run/home/mail');
    });
  },
);
