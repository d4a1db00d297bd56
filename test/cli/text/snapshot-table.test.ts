import {expect, test} from 'vitest';
import {formatSnapshots} from '#dist/cli/text/snapshot-table.js';
import type {ReportedSnapshot, SnapshotReport} from '#dist/tasks/snapshots/snapshot-report.js';

const WIDE = {columns: Number.POSITIVE_INFINITY, hasColors: false};
const LEFT_OVER: ReportedSnapshot = {
  task: 'home',
  volume: 'vg0/bdsync-snapshot',
  uuid: 'u1',
  origin: 'vg0/home',
  kind: 'classic',
  createdAt: '2026-11-21T02:00:00.000Z',
  ageSeconds: 18_420,
  roomBytes: 5 * 2 ** 30,
  usedPercent: 12.34,
  state: 'left-over',
  reason: undefined,
  hint: undefined,
};
const THIN: ReportedSnapshot = {
  ...LEFT_OVER,
  task: 'mail',
  volume: 'vg0/mail-snap',
  kind: 'thin',
  roomBytes: undefined,
};

function report(snapshots: readonly ReportedSnapshot[], more: Partial<SnapshotReport> = {}): SnapshotReport {
  return {configFile: 'nightly.conf', clean: false, missingProgram: undefined, snapshots, ...more};
}

test('a row per snapshot, reasons and remedies below', () => {
  const snapshots: readonly ReportedSnapshot[] = [
    LEFT_OVER,
    {...THIN, ageSeconds: 42, state: 'in-use', reason: 'pid 4711 of root on here'},
    {
      ...LEFT_OVER,
      task: undefined,
      volume: 'vg0/kept',
      origin: undefined,
      kind: undefined,
      ageSeconds: undefined,
      usedPercent: undefined,
      state: 'doubtful',
      reason: 'its name was bdsync-snapshot',
      hint: 'if nobody needs it: lvremove vg0/kept',
    },
  ];
  expect(formatSnapshots(report(snapshots), WIDE)).toBe(
    `Task  Snapshot             Origin    Kind         Age             Full  State
────  ───────────────────  ────────  ───────  ───────  ───────────────  ─────────
home  vg0/bdsync-snapshot  vg0/home  classic  5h 7min  12.3% of 5.0GiB  left over
mail  vg0/mail-snap        vg0/home  thin         42s                -  in use
-     vg0/kept             -         -              -                -  doubtful
vg0/mail-snap is in use: pid 4711 of root on here
vg0/kept is doubtful: its name was bdsync-snapshot
  hint: if nobody needs it: lvremove vg0/kept
what is left over is removed by the next run of its task, or by 'bdsync-manager snapshots --clean'
`,
  );
});

test('cleaning tells what was removed, and what could not be', () => {
  const snapshots: readonly ReportedSnapshot[] = [
    {...LEFT_OVER, ageSeconds: 90_000, state: 'removed'},
    {...THIN, ageSeconds: 180, reason: 'cannot remove the snapshot vg0/mail-snap: it is in use'},
  ];
  const text = formatSnapshots(report(snapshots, {clean: true}), WIDE);
  expect(text).toMatch(/ {2}1d 1h {2}.* {2}removed$/m);
  expect(text).toMatch(/ {2}3min {2}.* {2}left over$/m);
  expect(text).toMatch(/^vg0\/mail-snap is left over: cannot remove the snapshot vg0\/mail-snap: it is in use\n$/m);
  expect(text).not.toContain('--clean');
});

test('nothing to list is said in a line', () => {
  expect(formatSnapshots(report([]), WIDE)).toBe('no snapshots of bdsync-manager\n');
  expect(formatSnapshots(report([], {missingProgram: '/sbin/lvm'}), WIDE)).toBe(
    'no snapshots: there is no LVM on this machine (/sbin/lvm)\n',
  );
});
