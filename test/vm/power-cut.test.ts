import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {temporaryFolder} from '../support/temporary-folder.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {MANAGER, prepareRuns, runManager, runUntil, WITH_FAR_END, WITH_LVM} from './interrupted-run.js';

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

/** Two tasks for one target: one takes its time. */
const IN_PLACE = ['home', 'fast']
  .map(
    (task) => `[${task}]
${WITH_FAR_END}source_path = /dev/vg0/home
target_path = /dev/vg0/copy
apply_patch_in_place = yes
state_dir = /run/keep/state
${task === 'home' ? 'bandwidth_limit = 100k' : ''}
`,
  )
  .join('');

const MAKE_PAIR = `vgcreate -q vg0 /dev/ubda
  for volume in home copy; do lvcreate -qq --size 4M --name $volume vg0; done
  lvcreate -qq --size 32M --name keep vg0; mkfs.ext4 -q /dev/vg0/keep
  dd if=/dev/urandom of=/dev/vg0/home bs=64k count=64; dd if=/dev/zero of=/dev/vg0/copy bs=64k count=64; sync`;

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
      expect(
        await guest.sh(`find /run/keep -path '*state/*' -not -path '*/history/*' -type f -o -name '*.bdsync'`),
      ).toBe('');
      await guest.sh('e2fsck -fn /run/keep/home.img; debugfs -R "cat mail" /run/keep/home.img | cmp - /run/home/mail');
    });

    it('while a target is written in place leaves it marked, until a run has completed it', async () => {
      const disk = join(await temporaryFolder(), 'disk.img');
      const boot = async (script: string): Promise<Guest> => {
        const guest = await startGuest(96 * 2 ** 20, disk);
        await prepareRuns(guest, IN_PLACE);
        await guest.sh(`${script}
          mkdir -p /run/keep; mount -o commit=600 /dev/vg0/keep /run/keep
          mkdir -p /run/keep/there /var/lib/bdsync-manager
          mount --bind /run/keep/there /var/lib/bdsync-manager`);
        return guest;
      };
      const again = 'vgchange -q -ay vg0';
      const marks = 'find /run/keep/there/incomplete /run/keep/state/temporary -type f | wc -l';
      {
        await using guest = await boot(MAKE_PAIR);
        await guest.sh(`${MANAGER} --task home >/dev/null 2>&1 &
          while [ "$(head -c 1048576 /dev/vg0/copy | tr -d '\\0' | wc -c)" = 0 ]; do sleep 0.1; done`);
      }
      {
        await using guest = await boot(again);
        expect(await guest.sh('cmp -s /dev/vg0/home /dev/vg0/copy || echo they differ')).toBe('they differ');
        const told = String.raw`/dev/vg0/copy on .* is incomplete since 20\S+ [\d:]+`;
        const checked = await runManager(guest, 'check');
        expect(checked).toMatchObject({status: 0, output: expect.stringMatching(`${told} .task home of root@`)});
        expect((await runManager(guest, 'list')).output).toMatch(new RegExp(told));
        const {status, output} = await runManager(guest, '--task fast --log-level info');
        expect({status, output}).toMatchObject({status: 0, output: expect.stringContaining('was incomplete since')});
        expect((await runManager(guest, '--task home')).status).toBe(0);
        await guest.sh('cmp /dev/vg0/home /dev/vg0/copy');
      }
      await using guest = await boot(again);
      expect(await guest.sh(marks)).toBe('0');
    });
  },
);
