import {beforeAll, describe, expect, it} from 'vitest';
import {BDSYNC, BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`verification of snapshots is NOT tested: ${skipped}`);

// Behind each snapshot, the source changes.
const CONFIGURATION = `[home]
source_path = /dev/vg0/home
target_path = /run/night/copy.img
connection_command = env A=1
remote_bdsync_bin = ${BDSYNC}
create_target_if_missing = yes
apply_patch_in_place = yes
state_dir = /run/night/state
lvm_snapshot_enabled = yes
lvm_snapshot_size = 4M
after_snapshot = sh -c 'echo hook >>/run/night/hooks; printf x | dd of=/dev/vg0/home bs=1 seek=70000 conv=notrunc,fsync status=none'
verify_after = yes
`;

describe.skipIf(skipped !== undefined)(
  `verification with snapshots${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const manager = (words: string): Promise<string> =>
      guest.sh(`${process.execPath} ${BDSYNC_MANAGER} ${words} --config /run/night/home.conf 2>&1 || echo status $?
        cd /dev/vg0; echo volumes *; wc -l </run/night/hooks`);

    beforeAll(async () => {
      guest = await startGuest(48 * 2 ** 20);
      await guest.sh(`mkdir -p /run/night
        vgcreate -q vg0 /dev/ubda
        lvcreate -qq --size 8M --name home vg0
        head -c 8M /dev/urandom >/dev/vg0/home
        cat >/run/night/home.conf <<'END'\n${CONFIGURATION}END`);
    }, 60_000);

    it('is of the moment of the copy where it is a part of a run', async () => {
      const told = await manager('run --log-level info');
      expect(told).toContain('verified by SHA-256');
      expect(told).toMatch(/\nvolumes home\n1\s*$/);
      expect(told).not.toContain('status');
    });

    it('is of a new moment as a command of its own, which runs the hooks and leaves no snapshot', async () => {
      const told = await manager('verify');
      expect(told).toContain('differs from its source: 4.0KiB in 1 place');
      expect(told).toContain('position 69632, length 4096');
      expect(told).not.toContain('without a snapshot');
      expect(told).toMatch(/\nstatus 3\nvolumes home\n2\s*$/);
    });

    it('is refused while the task runs', async () => {
      const told = await guest.sh(`cd /run/night
        wait_for() { until [ -e /run/night/$1 ]; do sleep 0.2; done; }
        hook='after_snapshot = sh -c "touch /run/night/begun; until [ -e /run/night/go ]; do sleep 0.2; done"'
        sed "s|^after_snapshot.*|$hook|" home.conf >slow.conf; mv slow.conf home.conf
        ${process.execPath} ${BDSYNC_MANAGER} --config home.conf & wait_for begun
        ${process.execPath} ${BDSYNC_MANAGER} verify --config home.conf 2>&1 || echo status $?
        touch go; wait`);
      expect(told).toContain('task home is already running');
      expect(told).toContain('status 3');
    });
  },
);
