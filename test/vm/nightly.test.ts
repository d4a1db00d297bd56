import {beforeAll, describe, expect, it} from 'vitest';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`a run with a real snapshot is NOT tested: ${skipped}`);

const CONFIG = `[DEFAULT]
source_path = /dev/vg0/home
lvm_snapshot_enabled = yes
lvm_snapshot_size = 8M
state_dir = /run/night/state
create_target_if_missing = yes
[in place]
target_path = /run/night/in-place.img
apply_patch_in_place = yes
[patch file]
target_path = /run/night/patch-file.img
target_patch_dir = /run/night
[slow]
target_path = /run/night/slow.img
target_patch_dir = /run/night
bandwidth_limit = 20k
`;

describe.skipIf(skipped !== undefined)(
  `a nightly run${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const manager = `${process.execPath} ${BDSYNC_MANAGER} --config /run/night/tasks.conf`;
    const volumes = (): Promise<string> => guest.sh('cd /dev/vg0; echo *');

    beforeAll(async () => {
      guest = await startGuest(160 * 2 ** 20);
      await guest.sh(`mkdir /run/night
      echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
      vgcreate -q vg0 /dev/ubda
      lvcreate -qq --size 24M --name home vg0
      dd if=/dev/urandom of=/dev/vg0/home bs=1M count=3 oflag=direct
      cat >/run/night/tasks.conf <<'END'\n${CONFIG}END`);
      return () => guest[Symbol.asyncDispose]();
    });

    it('copies the volume through a snapshot in both flows, and removes it', async () => {
      const output = await guest.sh(`${manager} --task 'in place' --task 'patch file' --log-level error 2>&1
      cmp /dev/vg0/home /run/night/in-place.img && cmp /dev/vg0/home /run/night/patch-file.img && echo the same`);
      expect(output).toBe('the same');
      expect(await volumes()).toBe('home');
    });

    it('is silent the next night', async () => {
      expect(await guest.sh(`${manager} --task 'in place' --task 'patch file' 2>&1`)).toBe('');
    });

    it('copies the moment of the snapshot, whatever is written meanwhile', async () => {
      const moment = await guest.sh('sha256sum </dev/vg0/home');
      await guest.sh(`${manager} --task slow --log-level error & run=$!
      until [ -e /dev/vg0/bdsync-snapshot ]; do sleep 0.1; done
      dd if=/dev/urandom of=/dev/vg0/home bs=1M count=2 seek=4 oflag=direct
      kill -KILL $run`);
      // The one that was killed left its snapshot; the next run removes it and takes its own.
      expect(await volumes()).toBe('bdsync-snapshot home');
      const output = await guest.sh(`sed -i '/bandwidth/d' /run/night/tasks.conf
      ${manager} --task slow --log-level info 2>&1; sha256sum </run/night/slow.img; sha256sum </dev/vg0/home; ls /run/night`);
      const [image, volume] = output.split('\n').filter((line) => line.endsWith('-'));
      expect(output).toContain('removed vg0/bdsync-snapshot, left by an interrupted run');
      expect(image).toBe(volume);
      expect(image).not.toBe(moment);
      expect(output).not.toMatch(/\.bdsync$/m);
      expect(await volumes()).toBe('home');
    });

    it('fails, applies nothing and leaves nothing when the snapshot is too small', async () => {
      const output = await guest.sh(`printf 'bandwidth_limit = 20k\\nlvm_snapshot_size = 4M\\n' >>/run/night/tasks.conf
      dd if=/dev/urandom of=/dev/vg0/home bs=1M count=1 oflag=direct
      before=$(sha256sum </run/night/slow.img)
      sed -i 's/20k/60k/' /run/night/tasks.conf
      ${manager} --task slow >/run/night/log 2>&1 & run=$!
      until [ -e /dev/vg0/bdsync-snapshot ]; do sleep 0.1; done
      dd if=/dev/urandom of=/dev/vg0/home bs=1M count=16 oflag=direct
      wait $run || echo status $?
      cat /run/night/log
      [ "$before" = "$(sha256sum </run/night/slow.img)" ] && echo untouched`);
      expect(output).toContain('status 3');
      expect(output).toContain('the snapshot vg0/bdsync-snapshot of vg0/home is lost');
      expect(output).toContain('target: /run/night/slow.img on this machine was not touched');
      expect(output).toMatch(/^untouched$/m);
      expect(await volumes()).toBe('home');
    });
  },
);
