import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import type {CheckReport} from '#dist/tasks/check/check-report.js';
import type {RunReport} from '#dist/tasks/report.js';
import type {StatusReport} from '#dist/tasks/status/status-report.js';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`sections of many real volumes are NOT tested: ${skipped}`);

const CONFIG = `[DEFAULT]
source_path = /dev/vg0/vm-*
source_exclude = *-swap
state_dir = /run/sets/state
create_target_if_missing = yes
apply_patch_in_place = yes
lvm_snapshot_enabled = yes
lvm_snapshot_size = 4M
[vms]
source_include = vm-[a-s]* vm-thin
source_exclude = *-swap, vm-b*
target_path = /run/sets/{group}-{volume}.img
[together]
target_path = /run/sets/{volume}.img
lvm_snapshot_together = yes
before_snapshot = sh -c 'echo "$BDSYNC_TASK $BDSYNC_SNAPSHOT" >>/run/sets/hooks'
after_snapshot = sh -c 'echo "$BDSYNC_STAGE $(echo /dev/vg0/*-bdsync)" >>/run/sets/hooks'
[nothing]
source_path = /dev/vg0/nothing-*
target_path = /run/sets/{volume}
[clash]
source_include = vm-a
target_path = /run/sets/vg0-{volume}.img
`;

const VOLUMES = 'home vm-a vm-a-monday vm-b vm-b-swap vm-thin';

describe.skipIf(skipped !== undefined)(
  `sections of many volumes${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const manager = `${process.execPath} ${BDSYNC_MANAGER} --config /run/sets/tasks.conf`;

    beforeAll(async () => {
      guest = await startGuest(160 * 2 ** 20);
      await guest.sh(`mkdir -p /run/sets/state
      echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
      vgcreate -q vg0 /dev/ubda
      for name in vm-a vm-b vm-b-swap home; do lvcreate -qq --size 4M --name $name vg0; done
      lvcreate -qq --type thin-pool --size 16M --name vm-pool vg0
      lvcreate -qq --virtualsize 4M --thinpool vm-pool --name vm-thin vg0
      lvcreate -qq --snapshot --size 4M --name vm-a-monday vg0/vm-a
      for name in vm-a vm-b vm-thin; do dd if=/dev/urandom of=/dev/vg0/$name bs=1M count=1 oflag=direct; done
      cat >/run/sets/tasks.conf <<'END'\n${CONFIG}END`);
      return () => guest[Symbol.asyncDispose]();
    });

    /** Whatever a test did, none of our snapshots is left, and nobody else's is touched. */
    afterEach(async () => {
      expect(await guest.sh('cd /dev/vg0; echo *; find /run/sets/state -not -path "*/history/*" -type f')).toBe(
        VOLUMES,
      );
    });

    async function run(options: string): Promise<RunReport> {
      return JSON.parse((await guest.run(['sh', '-c', `${manager} run --json ${options}`])).stdout);
    }

    it('are listed and checked as a task for each ordinary volume', async () => {
      const list = await guest.sh(`${manager} list`);
      expect(list.match(/^\S+ +(enabled|unusable)/gm)?.map((line) => line.replace(/ +/, ' '))).toEqual([
        // It would write the same target as the last one.
        'vms/vm-a unusable',
        'vms/vm-thin enabled',
        'together/vm-a enabled',
        'together/vm-b enabled',
        'together/vm-thin enabled',
        'nothing unusable',
        'clash/vm-a unusable',
      ]);
      const checked = await guest.run(['sh', '-c', `${manager} check --task together --json`]);
      const {tasks}: CheckReport = JSON.parse(checked.stdout);
      expect(tasks.map(({task, unmetNeeds}) => [task, unmetNeeds])).toEqual([
        ['together/vm-a', []],
        ['together/vm-b', []],
        ['together/vm-thin', []],
      ]);
      expect(tasks[0]?.facts).toEqual(
        expect.arrayContaining([
          'not copied: vg0/vm-a-monday: it is a snapshot of vm-a',
          'not copied: vg0/vm-pool: it is a pool',
        ]),
      );
    });

    it('are planned one by one, share no target, and fail when nothing matches', async () => {
      const result = await guest.run(['sh', '-c', `${manager} --task vms --task clash --task nothing --dry-run`]);
      expect(result.status).toBe(3);
      expect(result.stderr).toContain(
        'vms/vm-a and clash/vm-a would write the same target, /run/sets/vg0-vm-a.img on this machine',
      );
      expect(result.stderr).toContain('no volume of group vg0 matches nothing-*');
      expect(result.stdout).toMatch(/^vms\/vm-thin\n.*\/dev\/vg0\/vm-thin\n.*\/run\/sets\/vg0-vm-thin.img$/m);
      expect(result.stdout).toMatch(/snapshot +vm-thin-bdsync/);
    });

    it('are copied one after the other, each from a snapshot of its own', async () => {
      // The longest that can have a snapshot at all.
      const long = `vm-s${'x'.repeat(113)}`;
      await guest.sh(`lvcreate -qq --size 4M --name ${long} vg0`);
      const result = await guest.run(['sh', '-c', `${manager} --task vms --log-level error`]);
      await guest.sh(`lvremove -qq --yes vg0/${long}`);
      expect(result).toEqual({status: 0, stdout: '', stderr: ''});
      await guest.sh('for name in vm-a vm-thin; do cmp /dev/vg0/$name /run/sets/vg0-$name.img; done');
      expect(await guest.sh('cd /run/sets; echo *.img')).toBe(`vg0-vm-a.img vg0-${long}.img vg0-vm-thin.img`);
      // The volume that is gone is in the log alone.
      const status = await guest.run(['sh', '-c', `${manager} status vms --json`]);
      const {level, tasks}: StatusReport = JSON.parse(status.stdout);
      expect({status: status.status, level}).toEqual({status: 0, level: 'ok'});
      expect(
        tasks.map(({task, lastRun, problems}) => [task, lastRun?.outcome, problems.map(({kind}) => kind)]),
      ).toEqual([
        ['vms/vm-a', 'synced', []],
        ['vms/vm-thin', 'synced', []],
      ]);
      const log = await guest.sh(`${manager} log vms`);
      expect(log.match(/vms\/\S+ +run +synced/g)).toHaveLength(3);
    });

    it('have their snapshots taken together, with one pair of hooks around, and each removed in its turn', async () => {
      // Some seconds for the first one, so that there is time to write to the last.
      const output =
        await guest.sh(`sed '/^\\[together\\]/a bandwidth_limit = 500k' /run/sets/tasks.conf >/run/sets/slow.conf
      moment=$(sha256sum </dev/vg0/vm-thin)
      ${manager.replace('tasks.conf', 'slow.conf')} --task together run --json >/run/sets/json 2>/dev/null & run=$!
      until [ -e /dev/vg0/vm-thin-bdsync ]; do sleep 0.1; done
      dd if=/dev/urandom of=/dev/vg0/vm-thin bs=1M count=1 seek=2 oflag=direct
      while [ -e /dev/vg0/vm-a-bdsync ]; do sleep 0.05; done
      [ -e /dev/vg0/vm-thin-bdsync ]
      wait $run
      cmp /dev/vg0/vm-a /run/sets/vm-a.img
      cmp /dev/vg0/vm-b /run/sets/vm-b.img
      [ "$moment" = "$(sha256sum </run/sets/vm-thin.img)" ]
      cat /run/sets/json`);
      const {tasks}: RunReport = JSON.parse(output);
      expect(tasks.map(({task, state}) => `${task} ${state}`)).toEqual([
        'together/vm-a synced',
        'together/vm-b synced',
        'together/vm-thin synced',
      ]);
      const spanMs = tasks[0]?.snapshotSet?.spanMs ?? 0;
      expect(spanMs).toBeGreaterThan(1);
      for (const {snapshotSet, notes} of tasks) {
        expect(snapshotSet).toEqual({section: 'together', snapshots: 3, spanMs, hadBeforeHook: true, missing: []});
        expect(notes[0]).toMatch(
          /^one of 3 snapshots of together, taken within \d+\.\d\d seconds, behind before_snapshot$/,
        );
      }
      expect((await guest.sh('cat /run/sets/hooks; rm /run/sets/hooks')).split('\n')).toEqual([
        'together vm-a-bdsync vm-b-bdsync vm-thin-bdsync',
        'after /dev/vg0/vm-a-bdsync /dev/vg0/vm-b-bdsync /dev/vg0/vm-thin-bdsync',
      ]);
    });

    it('go on when some of them cannot be copied, and say that the set is incomplete', async () => {
      // With our tag it is taken for that of another run, which may be gone until it matters.
      await guest.sh(`lvcreate -qq --size 4M --addtag bdsync-manager --name vm-b-bdsync vg0
      rm /run/sets/vm-a.img; mkdir /run/sets/vm-a.img`);
      const {tasks} = await run('--task together/vm-a --task together/vm-b --task together/vm-thin');
      await guest.sh('lvremove -qq --yes vg0/vm-b-bdsync; rmdir /run/sets/vm-a.img');
      expect(tasks).toMatchObject([
        {task: 'together/vm-a', state: 'failed', failure: {stage: 'check target'}},
        {task: 'together/vm-b', state: 'failed', failure: {code: 'snapshot-name-taken', stage: 'snapshot'}},
        {
          task: 'together/vm-thin',
          state: 'synced',
          snapshotSet: {snapshots: 1, missing: ['together/vm-a', 'together/vm-b']},
          notes: ['the only snapshot of together; the set is incomplete, without together/vm-a, together/vm-b'],
        },
      ]);
    });

    it('are all given up at a signal', async () => {
      const output = await guest.sh(`dd if=/dev/urandom of=/dev/vg0/vm-b bs=1M count=1 oflag=direct
      sed 's/= 500k/= 10k/' -i /run/sets/slow.conf
      ${manager.replace('tasks.conf', 'slow.conf')} run --json --task together/vm-b --task together/vm-thin >/run/sets/json 2>/dev/null & run=$!
      until [ -e /dev/vg0/vm-thin-bdsync ]; do sleep 0.1; done
      kill -TERM $run
      wait $run || echo status $?
      cat /run/sets/json`);
      expect(output).toMatch(/^status 4$/m);
      expect(output.match(/"cancelled": true/g)).toHaveLength(2);
    });

    it('leave what can be found and removed when they are killed', async () => {
      const output = await guest.sh(`
      ${manager.replace('tasks.conf', 'slow.conf')} --task together/vm-b --task together/vm-thin >/dev/null 2>&1 & run=$!
      until [ "$(wc -l </run/sets/hooks)" = 6 ]; do sleep 0.1; done
      kill -KILL $run
      wait $run || true
      ${manager.replace('tasks.conf', 'slow.conf')} snapshots --clean --task together`);
      expect(output).toContain('vg0/vm-b-bdsync');
      expect(output).toContain('vg0/vm-thin-bdsync');
    });
  },
);
