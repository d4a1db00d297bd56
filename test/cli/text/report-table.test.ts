import {stripVTControlCharacters} from 'node:util';
import {describe, expect, test} from 'vitest';
import {displayWidth} from '#dist/cli/text/display-width.js';
import {formatReportTable} from '#dist/cli/text/report-table.js';
import {failedTask, figures, plannedTask, runReport, skippedTask, syncedTask} from '../../support/report-data.js';

const NIGHT = runReport([
  syncedTask('home'),
  failedTask('mail'),
  syncedTask('vm.disk1', {
    differingBlocks: undefined,
    timesMs: {generate: 0, transfer: 0, apply: 0, verify: undefined, total: 0},
  }),
  skippedTask('old', 'disabled'),
]);

function table(columns: number, report = NIGHT, hasColors = false): string {
  return formatReportTable(report, {columns, hasColors});
}

function widest(text: string): number {
  return Math.max(...stripVTControlCharacters(text).split('\n').map(displayWidth));
}

test('a wide terminal shows a row per task with all figures', () => {
  expect(table(160)).toBe(
    `Task      State     Size  Blocks  Differing   Patch    Sent  Received   Generate   Transfer      Apply      Total    Compared      Line
────────  ──────  ──────  ──────  ─────────  ──────  ──────  ────────  ─────────  ─────────  ─────────  ─────────  ──────────  ────────
home      synced  4.0GiB    1234     4.8MiB  4.8MiB  4.9MiB   32.0MiB  0:00:12.3  0:00:02.0  0:00:00.8  0:00:15.5  331.8MiB/s  2.4MiB/s
mail      failed       -       -          -       -       -         -          -          -          -          -           -         -
vm.disk1  synced  4.0GiB       -     4.8MiB  4.8MiB  4.9MiB   32.0MiB  0:00:00.0  0:00:00.0  0:00:00.0  0:00:00.0           -         -
skipped (disabled): old
`,
  );
});

test('80 columns show a column per task', () => {
  expect(table(80)).toBe(
    `Task                    home    mail   vm.disk1
────────────────  ──────────  ──────  ─────────
State                 synced  failed     synced
Size                  4.0GiB       -     4.0GiB
Differing blocks        1234       -          -
Differing bytes       4.8MiB       -     4.8MiB
Patch size            4.8MiB       -     4.8MiB
Bytes sent            4.9MiB       -     4.9MiB
Bytes received       32.0MiB       -    32.0MiB
Time to generate   0:00:12.3       -  0:00:00.0
Time to transfer   0:00:02.0       -  0:00:00.0
Time to apply      0:00:00.8       -  0:00:00.0
Total time         0:00:15.5       -  0:00:00.0
Compared          331.8MiB/s       -          -
Connection          2.4MiB/s       -          -
skipped (disabled): old
`,
  );
});

describe('many tasks', () => {
  const many = runReport(Array.from({length: 12}, (_item, index) => syncedTask(`volume-${index}`)));

  test('have a row each, with the figures that matter most, where columns do not fit', () => {
    const lines = table(80, many).split('\n');
    expect(lines).toHaveLength(12 + 3);
    expect(lines[0]).toMatch(/^Task\s+State\s+Size\s+.*Differing.*Total/);
  });

  test.for([200, 132, 100, 80, 60, 40, 30])('fit %i columns', (columns) => {
    expect(widest(table(columns, many))).toBeLessThanOrEqual(columns);
  });
});

test('how full snapshots became is shown where there are some', () => {
  const snapshotFill = {usedPercent: 81.25, usedBytes: 9.75 * 2 ** 20, roomBytes: 12 * 2 ** 20, extensions: 2};
  const report = runReport([syncedTask('home', {snapshotFill}), syncedTask('mail')]);
  expect(table(200, report)).toMatch(/^Task .* Snapshot\n.*\nhome .* 9\.8MiB of 12\.0MiB \(\+2\)\nmail .* -\n/);
  expect(table(80, report)).toMatch(/^Snapshot used +9\.8MiB of 12\.0MiB \(\+2\) +-$/m);
});

test('what was proven is shown where that was not all that can be', () => {
  const stored = syncedTask('home', {proof: {kind: 'patch-stored', check: 'size'}});
  const text = table(200, runReport([stored, syncedTask('mail'), syncedTask('vm', {proof: {kind: 'in-place'}})]));
  expect(text).toMatch(/ Proof\n.*\nhome .* patch stored, by size\nmail .* sealed\nvm .* in place\n/);
  expect(table(200)).not.toContain('Proof');
});

test('a long name is cut, a harmful one made harmless', () => {
  const text = table(
    80,
    runReport([syncedTask('a-name-that-is-much-too-long-for-a-table'), syncedTask('x\u001b]0;y')]),
  );
  expect(text).toContain('a-name-…long-for-a-table');
  expect(text).toContain('x\\x1b]0;y');
});

test('colors are for terminals that want them, and change no width', () => {
  expect(table(160)).not.toContain('\u001b');
  const colored = table(160, NIGHT, true);
  expect(colored).toContain('\u001b[32msynced\u001b[39m');
  expect(colored).toContain('\u001b[31mfailed\u001b[39m');
  expect(stripVTControlCharacters(colored)).toBe(table(160));
});

test('notes follow the table', () => {
  const text = table(80, runReport([syncedTask('home', {}, ['the far end is native: no lock on the target'])]));
  expect(text.trimEnd().split('\n').at(-1)).toBe('home: the far end is native: no lock on the target');
});

test('a dry run shows the figures that it measured', () => {
  const text = table(160, runReport([plannedTask('home', {}, figures()), plannedTask('far')], {dryRun: true}));
  expect(text).toMatch(/^home\s+planned\s+4\.0GiB\s+1234/m);
  expect(text).toMatch(/^far\s+planned\s+-/m);
});

test('no tasks, no table', () => {
  expect(table(80, runReport([]))).toBe('');
});

test('where nothing was measured there are states only', () => {
  expect(table(80, runReport([failedTask('mail'), failedTask('home', {cancelled: true})]))).toBe(
    `Task  State
────  ─────────
mail  failed
home  cancelled
`,
  );
});
