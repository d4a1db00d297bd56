import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {type Guest, startGuest, whyNoGuest} from './guest.js';
import {
  FOLDER,
  MANAGER,
  type Moment,
  prepareRuns,
  runAndKill,
  runManager,
  runWith,
  WITH_LVM,
} from './interrupted-run.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`the command snapshots is NOT tested with real LVM: ${skipped}`);

const CONFIG = `[DEFAULT]
${WITH_LVM}state_dir = ${FOLDER}/state
create_target_if_missing = yes
apply_patch_in_place = yes
lvm_snapshot_size = 8M
[home]
source_path = /dev/vg0/home
target_path = ${FOLDER}/home.img
[other]
source_path = /dev/vg0/other
target_path = ${FOLDER}/other.img
`;
const AFTER_LVCREATE: Moment = {lvm: 'lvcreate', when: 'after'};
const NONE = {status: 0, output: 'no snapshots of bdsync-manager'};

describe.skipIf(skipped !== undefined)(
  `bdsync-manager snapshots${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 240_000},
  () => {
    let guest: Guest;

    beforeAll(async () => {
      guest = await startGuest(96 * 2 ** 20);
      await prepareRuns(guest, CONFIG);
      await guest.sh(`vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 8M --name home vg0
        lvcreate -qq --size 8M --name other vg0
        dd if=/dev/urandom of=/dev/vg0/home bs=1M count=2 oflag=direct`);
      return () => guest[Symbol.asyncDispose]();
    });

    const volumes = (): Promise<string> => guest.sh('echo $(lvs --noheadings -o lv_name vg0)');
    const manager = (words: string) => runManager(guest, words);

    afterEach(async () => {
      expect(await volumes()).toBe('home other');
      expect(await guest.sh(`find ${FOLDER}/state/temporary -type f`)).toBe('');
    });

    it('never touches the snapshot of a run that is under way', async () => {
      const look = `${MANAGER} snapshots --clean --json >${FOLDER}/found\n`;
      expect(await runWith(guest, 'home', AFTER_LVCREATE, look)).toMatch(/status 0$/);
      const {snapshots} = JSON.parse(await guest.sh(`cat ${FOLDER}/found`));
      expect(snapshots).toMatchObject([
        {
          task: 'home',
          volume: 'vg0/bdsync-snapshot',
          origin: 'vg0/home',
          kind: 'classic',
          roomBytes: 8 * 2 ** 20,
          state: 'in-use',
          reason: expect.stringMatching(/^pid \d+ of root on /),
        },
      ]);
    });

    it('tells what a killed run left, and removes it on demand', async () => {
      await runAndKill(guest, 'home', AFTER_LVCREATE);
      const listed = await manager('snapshots');
      expect(listed.status).toBe(0);
      expect(listed.output).toMatch(
        /^home {2}vg0\/bdsync-snapshot {2}vg0\/home {2}classic +\d+s {2}0\.0% of 8\.0MiB {2}left over$/m,
      );
      await guest.sh(`cp ${FOLDER}/tasks.conf ${FOLDER}/copy.conf`);
      const elsewhere = await manager(`snapshots --clean --config ${FOLDER}/copy.conf`);
      expect(elsewhere).toMatchObject({status: 0, output: expect.stringContaining('of another configuration')});
      expect(await volumes()).toBe('bdsync-snapshot home other');
      const cleaned = await manager('snapshots --clean');
      expect(cleaned).toMatchObject({status: 0, output: expect.stringMatching(/ {2}removed$/m)});
    });

    it('leaves alone what was renamed, and so does the next run', async () => {
      await runAndKill(guest, 'home', AFTER_LVCREATE);
      await guest.sh('lvrename -q vg0 bdsync-snapshot kept');
      const trouble = 'its name was bdsync-snapshot';
      const {status, output} = await manager('snapshots --clean');
      expect({status, output}).toMatchObject({
        status: 3,
        output: expect.stringContaining(`kept is doubtful: ${trouble}`),
      });
      const next = await manager('--task home');
      expect(next).toMatchObject({status: 0, output: expect.stringContaining(`left vg0/kept alone`)});
      expect(next.output).toContain(trouble);
      expect(await volumes()).toBe('home kept other');
      await guest.sh('lvrename -q vg0 kept bdsync-snapshot');
      expect(await manager('snapshots --clean')).toMatchObject({status: 0});
    });

    it('leaves alone what lost its tags or is another volume now, and a run says that the name is taken', async () => {
      await runAndKill(guest, 'home', AFTER_LVCREATE);
      const tags = await guest.sh('lvs --noheadings -o lv_tags vg0/bdsync-snapshot');
      const all = tags.trim().split(',');
      const run = all.find((tag) => tag.includes('.run=')) ?? '';
      await guest.sh(`lvchange -q --deltag ${run} vg0/bdsync-snapshot`);
      const untagged = await manager('snapshots --clean');
      expect(untagged).toMatchObject({status: 3, output: expect.stringContaining('it does not carry the tags')});
      await guest.sh(`lvremove -qq --yes vg0/bdsync-snapshot
        lvcreate -qq --snapshot --size 4M --name bdsync-snapshot ${all.map((tag) => `--addtag ${tag}`).join(' ')} vg0/other`);
      const other = await manager('snapshots --clean');
      expect(other).toMatchObject({
        status: 3,
        output: expect.stringContaining('it is not a snapshot of the same volume'),
      });
      const next = await manager('--task home');
      expect(next).toMatchObject({
        status: 3,
        output: expect.stringContaining(
          'the name is taken by a snapshot of vg0/other that bdsync-manager took for task home',
        ),
      });
      expect(await volumes()).toBe('bdsync-snapshot home other');
      await guest.sh('lvremove -qq --yes vg0/bdsync-snapshot');
      expect(await manager('snapshots --clean')).toEqual(NONE);
    });

    it("does not list or remove somebody else's volume, of which a run tells whose it is", async () => {
      await guest.sh('lvcreate -qq --snapshot --size 4M --name bdsync-snapshot vg0/other');
      const next = await manager('--task home');
      expect(next).toMatchObject({
        status: 3,
        output: expect.stringContaining('the name is taken by a snapshot of vg0/other that is not of bdsync-manager'),
      });
      expect(await manager('snapshots --clean')).toEqual(NONE);
      expect(await volumes()).toBe('bdsync-snapshot home other');
      await guest.sh('lvremove -qq --yes vg0/bdsync-snapshot');
    });

    it('init offers the volumes with their uses, and settles a snapshot for one', async () => {
      await guest.sh(`mkdir -p ${FOLDER}/state/temporary`);
      await guest.sh('mkdir -p /dev/pts; mountpoint -q /dev/pts || mount -t devpts devpts /dev/pts');
      await guest.sh('mkfs.ext4 -q /dev/vg0/home && mount /dev/vg0/home /mnt');
      await guest.sh(`mkswap /dev/vg0/other && swapon /dev/vg0/other
        lvcreate -qq --snapshot --size 4M --addtag bdsync-manager --name of-a-run vg0/home`);
      const answers = ['1', '', '', `${FOLDER}/init.img`, '', '', 'y'].map((answer) => `${answer}\\n`).join('');
      const {status, stdout, stderr} = await guest.run([
        'sh',
        '-c',
        `printf '${answers}' | NO_COLOR=1 script -qec '${MANAGER} init --config ${FOLDER}/init.conf' /dev/null`,
      ]);
      await guest.sh('umount /mnt; swapoff /dev/vg0/other; lvremove -qq --yes vg0/of-a-run');
      expect(stderr).toBe('');
      const shown = stdout.replaceAll('\r', '');
      expect(shown).toMatch(/^ +1 {2}\/dev\/vg0\/home +8\.0MiB {2}volume, mounted on \/mnt$/m);
      expect(shown).toMatch(/^ +2 {2}\/dev\/vg0\/other +8\.0MiB {2}volume, swap space$/m);
      expect(shown).toMatch(/^ +3 {2}\/dev\/ubda +96\.0MiB {2}disk, used by vg0-\S+ and \d more$/m);
      expect(shown).not.toMatch(/^ +4 .*of-a-run/m);
      expect(shown).toMatch(/^home: ready\n(?! {2}warning)/m);
      expect(status).toBe(0);
      expect(await guest.sh(`grep ^lvm_ ${FOLDER}/init.conf`)).toMatch(
        /lvm_snapshot_enabled = yes\nlvm_snapshot_size = 10%%ORIGIN\nlvm_snapshot_autoextend = 80%%\+20%%/,
      );
      const {output} = await runManager(guest, `check --config ${FOLDER}/init.conf --task home`);
      expect(output).toMatch(/^home: ready$/m);
    });
  },
);
