import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import type {CheckReport} from '#dist/tasks/check/check-report.js';
import type {RunReport} from '#dist/tasks/report.js';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`sections of many real volumes are NOT tested: ${skipped}`);

const CONFIG = `[DEFAULT]
source_path = /dev/vg0/vm-*
state_dir = /run/sets/state
create_target_if_missing = yes
apply_patch_in_place = yes
lvm_snapshot_enabled = yes
lvm_snapshot_size = 4M
[vms]
source_exclude = *-swap
target_path = /run/sets/{group}-{volume}.img
[together]
source_exclude = *-swap
target_path = /run/sets/together/{volume}.img
lvm_snapshot_together = yes
[swap]
source_path = /dev/vg0/*
source_include = *-swap
target_path = /run/sets/swap/{volume}.img
lvm_snapshot_enabled = no
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
    const same = (volume: string, image: string): Promise<string> =>
      guest.sh(`cmp /dev/vg0/${volume} /run/sets/${image} && echo the same`);

    beforeAll(async () => {
      guest = await startGuest(256 * 2 ** 20);
      await guest.sh(`mkdir -p /run/sets/together /run/sets/swap /run/sets/state
      echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
      vgcreate -q vg0 /dev/ubda
      for name in vm-a vm-b vm-b-swap home; do lvcreate -qq --size 8M --name $name vg0; done
      lvcreate -qq --type thin-pool --size 32M --name vm-pool vg0
      lvcreate -qq --virtualsize 8M --thinpool vm-pool --name vm-thin vg0
      lvcreate -qq --snapshot --size 4M --name vm-a-monday vg0/vm-a
      for name in vm-a vm-b vm-thin; do dd if=/dev/urandom of=/dev/vg0/$name bs=1M count=3 oflag=direct; done
      cat >/run/sets/tasks.conf <<'END'\n${CONFIG}END`);
      return () => guest[Symbol.asyncDispose]();
    });

    /** Whatever a test did, none of our snapshots is left, and nobody else's is touched. */
    afterEach(async () => {
      expect(await guest.sh('cd /dev/vg0; echo *; find /run/sets/state -type f')).toBe(VOLUMES);
    });

    async function run(options: string): Promise<RunReport> {
      return JSON.parse((await guest.run(['sh', '-c', `${manager} run --json ${options}`])).stdout);
    }

    it('are listed, checked and selected as a task for each volume', async () => {
      const list = await guest.sh(`${manager} list`);
      expect(list.match(/^\S+ +(enabled|unusable)/gm)?.map((line) => line.replace(/ +/, ' '))).toEqual([
        // It would write the same target as the last one.
        'vms/vm-a unusable',
        'vms/vm-b enabled',
        'vms/vm-thin enabled',
        'together/vm-a enabled',
        'together/vm-b enabled',
        'together/vm-thin enabled',
        'swap/vm-b-swap enabled',
        'nothing unusable',
        'clash/vm-a unusable',
      ]);
      const checked = await guest.run(['sh', '-c', `${manager} check --task vms --task nothing --json`]);
      const {tasks}: CheckReport = JSON.parse(checked.stdout);
      expect(tasks.map(({task, unmetNeeds}) => [task, unmetNeeds.map(({message}) => message)])).toEqual([
        ['vms/vm-a', []],
        ['vms/vm-b', []],
        ['vms/vm-thin', []],
        ['nothing', ['no volume of group vg0 matches nothing-*']],
      ]);
      expect(tasks[0]?.facts).toEqual(
        expect.arrayContaining([
          'not copied: vg0/vm-a-monday: it is a snapshot of vm-a',
          'not copied: vg0/vm-pool: it is a pool',
        ]),
      );
    });

    it('are planned and copied one volume after the other', async () => {
      const plan = await guest.sh(`${manager} --dry-run --task vms/vm-thin`);
      expect(plan).toContain('target         /run/sets/vg0-vm-thin.img');
      expect(plan).toContain('snapshot       vm-thin-bdsync');
      const {tasks} = await run('--task vms --task swap/vm-b-swap');
      expect(tasks).toMatchObject([
        {task: 'vms/vm-a', state: 'synced', snapshotSet: null},
        {task: 'vms/vm-b', state: 'synced'},
        {task: 'vms/vm-thin', state: 'synced'},
        {task: 'swap/vm-b-swap', state: 'synced'},
      ]);
      for (const name of ['vm-a', 'vm-b', 'vm-thin']) expect(await same(name, `vg0-${name}.img`)).toBe('the same');
      expect(await guest.sh('ls /run/sets/*.img')).not.toContain('swap');
      const quiet = await guest.run(['sh', '-c', `${manager} --task vms`]);
      expect(quiet).toEqual({status: 0, stdout: '', stderr: ''});
    });

    it('share no target, and fail when nothing matches', async () => {
      const result = await guest.run(['sh', '-c', `${manager} --task vms --task clash --task nothing --dry-run`]);
      expect(result.status).toBe(3);
      expect(result.stderr).toContain(
        'vms/vm-a and clash/vm-a would write the same target, /run/sets/vg0-vm-a.img on this machine',
      );
      expect(result.stderr).toContain('no volume of group vg0 matches nothing-*');
      expect(result.stdout).toContain('vms/vm-b');
    });

    it('have their snapshots taken together, before the first of them is copied', async () => {
      const {tasks} = await run('--task together');
      const [first] = tasks;
      expect(tasks.map(({task, state}) => `${task} ${state}`)).toEqual([
        'together/vm-a synced',
        'together/vm-b synced',
        'together/vm-thin synced',
      ]);
      expect(first?.snapshotSet).toEqual({
        section: 'together',
        snapshots: 3,
        spanMs: expect.any(Number),
        hadBeforeHook: false,
        missing: [],
      });
      expect(first?.snapshotSet?.spanMs).toBeGreaterThan(0);
      expect(
        tasks.every(({notes}) =>
          /^one of 3 snapshots of together, taken within [\d.]+ seconds, with nothing to hold/.test(notes[0] ?? ''),
        ),
      ).toBe(true);
      for (const name of ['vm-a', 'vm-b', 'vm-thin']) expect(await same(name, `together/${name}.img`)).toBe('the same');
    });

    it('belong to the time of the snapshots, which go as soon as they are read', async () => {
      // Some seconds for the first one, so that there is time to write to the others.
      const output = await guest.sh(`sed -i '/^\\[together\\]/a bandwidth_limit = 1m' /run/sets/tasks.conf
      dd if=/dev/urandom of=/dev/vg0/vm-a bs=1M count=3 oflag=direct
      moment=$(sha256sum </dev/vg0/vm-thin)
      ${manager} --task together --log-level error & run=$!
      until [ -e /dev/vg0/vm-thin-bdsync ]; do sleep 0.1; done
      dd if=/dev/urandom of=/dev/vg0/vm-thin bs=1M count=1 seek=4 oflag=direct
      while [ -e /dev/vg0/vm-a-bdsync ]; do sleep 0.05; done
      ls -d /dev/vg0/vm-thin-bdsync
      wait $run
      sed -i '/bandwidth_limit/d' /run/sets/tasks.conf
      [ "$moment" = "$(sha256sum </run/sets/together/vm-thin.img)" ] && echo the moment`);
      expect(output).toBe('/dev/vg0/vm-thin-bdsync\nthe moment');
    });

    it('go on when one of them has no snapshot, and say that the set is incomplete', async () => {
      await guest.sh('lvcreate -qq --size 4M --name vm-b-bdsync vg0');
      const {tasks} = await run('--task together/vm-b --task together/vm-a');
      await guest.sh('lvremove -qq --yes vg0/vm-b-bdsync');
      expect(tasks).toMatchObject([
        {task: 'together/vm-b', state: 'failed', failure: {code: 'snapshot-name-taken', stage: 'snapshot'}},
        {
          task: 'together/vm-a',
          state: 'synced',
          notes: ['the only snapshot of together; the set is incomplete, without together/vm-b'],
        },
      ]);
    });

    it('go on when one of them has no target', async () => {
      await guest.sh('rm /run/sets/together/vm-a.img; mkdir /run/sets/together/vm-a.img');
      const {tasks} = await run('--task together');
      await guest.sh('rmdir /run/sets/together/vm-a.img');
      expect(tasks).toMatchObject([
        {task: 'together/vm-a', state: 'failed', failure: {stage: 'check target'}},
        {task: 'together/vm-b', state: 'synced', snapshotSet: {missing: ['together/vm-a'], snapshots: 2}},
        {task: 'together/vm-thin', state: 'synced'},
      ]);
    });

    it('are all given up at a signal, and nothing is left', async () => {
      const output = await guest.sh(`sed -i '/^\\[together\\]/a bandwidth_limit = 100k' /run/sets/tasks.conf
      dd if=/dev/urandom of=/dev/vg0/vm-a bs=1M count=3 oflag=direct
      ${manager} run --json --task together >/run/sets/json 2>/dev/null & run=$!
      until [ -e /run/sets/together/vm-a.img ] && [ -e /dev/vg0/vm-thin-bdsync ]; do sleep 0.1; done
      sleep 0.5
      kill -TERM $run
      wait $run || echo status $?
      sed -i '/bandwidth_limit/d' /run/sets/tasks.conf
      cat /run/sets/json; rm /run/sets/json`);
      expect(output).toMatch(/^status 4$/m);
      expect(output.match(/"cancelled": true/g)).toHaveLength(3);
    });

    it('leave snapshots that the next run removes when they are killed', async () => {
      const output = await guest.sh(`sed -i '/^\\[together\\]/a bandwidth_limit = 100k' /run/sets/tasks.conf
      ${manager} --task together >/dev/null 2>&1 & run=$!
      until [ -e /dev/vg0/vm-thin-bdsync ]; do sleep 0.1; done
      kill -KILL $run
      wait $run || true
      sed -i '/bandwidth_limit/d' /run/sets/tasks.conf
      echo /dev/vg0/*-bdsync
      ${manager} --task together --log-level info 2>&1 | grep 'left by'`);
      expect(output).toContain('/dev/vg0/vm-a-bdsync /dev/vg0/vm-b-bdsync /dev/vg0/vm-thin-bdsync');
      for (const name of ['vm-a', 'vm-b', 'vm-thin']) {
        expect(output).toContain(`removed vg0/${name}-bdsync, left by an interrupted run`);
      }
    });
  },
);
