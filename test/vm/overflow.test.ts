import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {type Guest, startGuest, whyNoGuest} from './guest.js';

const skipped = whyNoGuest();
if (skipped !== undefined) console.warn(`the overflow of a real snapshot is NOT tested: ${skipped}`);

const CONFIG = `[DEFAULT]
source_path = /dev/vg0/home
lvm_snapshot_enabled = yes
lvm_snapshot_size = 8M
state_dir = /run/night/state
target_path = /run/night/target.img
connection_command = /run/night/gate
connection_quoting = none
remote_bdsync_bin = /run/night/bdsync
[patch file]
target_patch_dir = /run/night/patches
[in place]
apply_patch_in_place = yes
[growing]
target_patch_dir = /run/night/patches
lvm_snapshot_autoextend = 50%%+50%%
[thin]
source_path = /dev/vg0/thin
target_path = /run/night/thin.img
apply_patch_in_place = yes
create_target_if_missing = yes
lvm_snapshot_autoextend = 50%%+50%%
`;

/** As a comparison that lasts: a server starts when there is a file `open`. */
const GATE = `#!/bin/sh
case "$*" in *--server*) until [ -e /run/night/open ]; do sleep 0.1; done;; esac
exec "$@"
`;

describe.skipIf(skipped !== undefined)(
  `a snapshot that fills up${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 120_000},
  () => {
    let guest: Guest;
    const manager = `${process.execPath} ${BDSYNC_MANAGER} --config /run/night/tasks.conf`;

    beforeAll(async () => {
      guest = await startGuest(160 * 2 ** 20);
      await guest.sh(`mkdir /run/night /run/night/patches
      echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
      vgcreate -q vg0 /dev/ubda
      lvcreate -qq --size 24M --name home vg0
      ${random('/dev/vg0/home', 24)}
      cat >/run/night/gate <<'END'\n${GATE}END
      printf '#!/bin/sh\nexec ${OUR_BDSYNC.join(' ')} "$@"\n' >/run/night/bdsync
      chmod +x /run/night/gate /run/night/bdsync
      cat >/run/night/tasks.conf <<'END'\n${CONFIG}END`);
      return () => guest[Symbol.asyncDispose]();
    });

    afterEach(async () => {
      expect(await guest.sh('cd /dev/vg0; echo *; ls /run/night/patches')).toBe('home');
    });

    /** Runs a task on a target that differs, with a shell script before its comparison. */
    async function runBeside(task: string, script: string): Promise<string> {
      return await guest.sh(`cp /dev/vg0/home /run/night/target.img
        dd if=/dev/urandom of=/run/night/target.img bs=1M count=1 conv=notrunc 2>/dev/null
        before=$(sha256sum </run/night/target.img)
        moment=$(sha256sum </dev/vg0/home)
        rm -f /run/night/open
        ${manager} --task '${task}' --log-level info >/run/night/log 2>&1 & run=$!
        until [ -e /dev/vg0/bdsync-snapshot ]; do sleep 0.1; done
        ${script}
        wait $run && echo status 0 || echo status $?
        cat /run/night/log
        [ "$before" = "$(sha256sum </run/night/target.img)" ] && echo untouched
        [ "$moment" = "$(sha256sum </run/night/target.img)" ] && echo the image of the moment || true`);
    }

    const LOST = 'the snapshot vg0/bdsync-snapshot of vg0/home is lost';
    const HINT =
      'hint: a whole run is likely to need lvm_snapshot_size = 16m or more, and lvm_snapshot_size = 27m holds ' +
      'whatever is written; lvm_snapshot_autoextend lets it grow as long as its group has room';

    it.each(['patch file', 'in place'])('ends the run as soon as it is seen, and names the size: %s', async (task) => {
      // Nothing opens the gate: who waited for the comparison would wait for ever.
      const output = await runBeside(task, random('/dev/vg0/home', 16));
      expect(output).toContain('status 3');
      expect(output).toContain(LOST);
      expect(output).toContain(HINT);
      expect(output).toContain('target: /run/night/target.img on gate was not touched');
      expect(output).toMatch(/^untouched$/m);
    });

    it('is extended under a load that it could not have held', async () => {
      const output = await runBeside('growing', `${patientLoad('false')}\ntouch /run/night/open`);
      expect(output).toContain('status 0');
      expect(output).toMatch(
        /INFO: extended the snapshot vg0\/bdsync-snapshot to \d\d\.0MiB: \d\d(\.\d+)?% of 8\.0MiB were used/,
      );
      expect(output).toMatch(/Snapshot: 24\.\dMiB used, \d\d(\.\d+)?% at the most, room for 28\.0MiB, after \d exten/);
      expect(output).toMatch(/^the image of the moment$/m);
    });

    it('goes on when the group is full, says so, and is lost only when it overflows', async () => {
      await guest.sh('lvcreate -qq --extents 92%FREE --name filler vg0');
      const full = 'grep -q "has no more room" /run/night/log';
      const output = await runBeside('growing', patientLoad(full));
      await guest.sh('lvremove -qq --yes vg0/filler');
      expect(output).toContain('status 3');
      expect(output).toContain('WARNING: the group vg0 has no more room to extend the snapshot vg0/bdsync-snapshot: ');
      expect(output).toContain(LOST);
      expect(output).toContain('hint: its group had no more room to extend it; ');
      expect(output).toMatch(/^untouched$/m);
    });

    it('is told of its pool when it is thin: that it cannot grow by itself, and that the pool is nearly full', async () => {
      await guest.sh(`lvcreate -qq --type thin-pool --size 16M --name pool vg0
        lvcreate -qq --virtualsize 20M --thinpool pool --name thin vg0
        ${random('/dev/vg0/thin', 15)}`);
      const output = await guest.sh(`touch /run/night/open
        ${manager} check --task thin 2>&1; ${manager} --task thin --log-level info 2>&1
        cmp /dev/vg0/thin /run/night/thin.img && echo the same`);
      await guest.sh('lvremove -qq --yes vg0/thin; lvremove -qq --yes vg0/pool');
      expect(output).toContain('lvm_snapshot_autoextend does nothing: /dev/vg0/thin is thin');
      expect(output).toMatch(
        /INFO: the thin pool vg0\/pool is nearly full: 93\.75% of its data and \d+(\.\d+)?% of its/,
      );
      expect(output).not.toContain('Snapshot:');
      expect(output).toMatch(/^the same$/m);
    });

    it('tells how full it became in the report', async () => {
      const output = await guest.sh(`touch /run/night/open; cp /dev/vg0/home /run/night/target.img
        ${manager} --task 'in place' --json --log-level info 2>&1`);
      expect(output).toMatch(/"snapshotFill": \{\s+"usedPercent": 0,\s+"usedBytes": 0,\s+"roomBytes": 8388608,\s+"ext/);
      expect(output).toContain('Snapshot: 0B used, 0% at the most, room for 8.0MiB');
    });
  },
);

function random(volume: string, megabytes: number): string {
  return `dd if=/dev/urandom of=${volume} bs=1M count=${megabytes} oflag=direct 2>/dev/null`;
}

/** Writes three times as much as the snapshot can hold, 2 MiB whenever there is room for it or `until` is true. */
function patientLoad(until: string): string {
  return `for piece in $(seq 0 11); do
        for _ in $(seq 300); do
          dmsetup status vg0-bdsync--snapshot | tr / ' ' | {
            read -r _ _ _ used room _; [ $((used + 4096)) -lt $((room * 9 / 10)) ]
          } && break
          ${until} && break
          sleep 0.1
        done
        dd if=/dev/urandom of=/dev/vg0/home bs=2M count=1 seek=$piece oflag=direct 2>/dev/null
      done`;
}
