import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {FOLDER, type Moment, prepareRuns, runAndKill, runManager, WITH_FAR_END, WITH_LVM} from './interrupted-run.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`what killed runs leave is NOT tested with real LVM: ${skipped}`);

const CONFIG = `[DEFAULT]
${WITH_LVM}state_dir = ${FOLDER}/state
create_target_if_missing = yes
target_patch_dir = ${FOLDER}
lvm_snapshot_size = 8M
source_path = /dev/vg0/home
[near]
target_path = ${FOLDER}/near.img
[far]
${WITH_FAR_END}target_path = ${FOLDER}/far.img
[thin]
source_path = /dev/vg0/thin
target_path = ${FOLDER}/thin.img
`;

const BEFORE_LVCREATE: Moment = {lvm: 'lvcreate', when: 'before'};
const AFTER_LVCREATE: Moment = {lvm: 'lvcreate', when: 'after'};
const COMPARING: Moment = {role: '--server', afterBytes: 2000};
const APPLYING: Moment = {role: '--patch', afterBytes: 0};
const BEFORE_LVREMOVE: Moment = {lvm: 'lvremove', when: 'before'};
const AFTER_LVREMOVE: Moment = {lvm: 'lvremove', when: 'after'};

describe.skipIf(skipped !== undefined)(
  `what a killed run leaves${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 240_000},
  () => {
    let guest: Guest;

    beforeAll(async () => {
      guest = await startGuest(160 * 2 ** 20);
      await prepareRuns(guest, CONFIG);
      await guest.sh(`vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 8M --name home vg0
        lvcreate -qq --type thin-pool --size 32M --name pool vg0
        lvcreate -qq --virtualsize 8M --thinpool pool --name thin vg0
        dd if=/dev/urandom of=/dev/vg0/home bs=1M count=2 oflag=direct
        dd if=/dev/urandom of=/dev/vg0/thin bs=1M count=2 oflag=direct`);
      return () => guest[Symbol.asyncDispose]();
    });

    const volumes = (): Promise<string> => guest.sh('echo $(lvs --noheadings -o lv_name vg0)');

    /** No volume, nothing in the kernel, no record, no lock, no patch file. */
    afterEach(async () => {
      expect(await volumes()).toBe('home pool thin');
      expect(await guest.sh('dmsetup ls | grep -e snap -e cow -e -real || true')).toBe('');
      expect(
        await guest.sh(`find ${FOLDER} -path '*state/*' -not -path '*/history/*' -type f -o -name '*.bdsync'`),
      ).toBe('');
    });

    it.each([
      ['near', 'when its record is written and lvcreate is to begin', BEFORE_LVCREATE, false],
      ['near', 'when lvcreate has ended', AFTER_LVCREATE, true],
      ['far', 'while it compares', COMPARING, true],
      ['far', 'while it applies', APPLYING, true],
      ['near', 'when lvremove is to begin', BEFORE_LVREMOVE, true],
      ['near', 'when lvremove has ended and its record is still there', AFTER_LVREMOVE, false],
      ['thin', 'when lvcreate has ended', AFTER_LVCREATE, true],
      ['thin', 'when lvremove is to begin', BEFORE_LVREMOVE, true],
    ] as const)('is removed by the next one: %s, killed %s', async (task, _when, moment, leaves) => {
      const source = `/dev/vg0/${task === 'thin' ? 'thin' : 'home'}`;
      await guest.sh(`dd if=/dev/urandom of=${source} bs=64k count=8 seek=$(($(date +%s) % 64)) oflag=direct`);
      await runAndKill(guest, task, moment);
      expect((await volumes()).includes('bdsync-snapshot')).toBe(leaves);
      const records = await guest.sh(`cat ${FOLDER}/state/temporary/*.json`);
      expect(records).toContain('"kind":"snapshot"');
      const {status, output} = await runManager(guest, `--task ${task} --log-level info`);
      expect({status, output}).toMatchObject({status: 0});
      expect(output.includes('removed vg0/bdsync-snapshot, left by an interrupted run')).toBe(leaves);
      await guest.sh(`cmp ${source} ${FOLDER}/${task}.img`);
    });
  },
);
