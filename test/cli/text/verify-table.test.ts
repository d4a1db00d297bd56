import {expect, test} from 'vitest';
import {formatVerifyTable} from '#dist/cli/text/verify-table.js';
import type {TaskReport} from '#dist/tasks/report.js';
import type {Verification} from '#dist/tasks/verify/verification.js';
import {failedTask, failure, skippedTask} from '../../support/report-data.js';

const WIDE = {columns: Number.POSITIVE_INFINITY, hasColors: false};
const EQUAL: Verification = {
  sourceBytes: 4 * 1024 ** 3,
  targetBytes: 4 * 1024 ** 3,
  comparedBytes: 4 * 1024 ** 3,
  extents: [],
  extentCount: 0,
  differingBytes: 0,
  method: 'sha256',
  sample: undefined,
  timeMs: 12_345,
};
const DIFFERENT: Verification = {
  ...EQUAL,
  extents: [{position: 0, length: 4096}],
  extentCount: 1,
  differingBytes: 4096,
};

function textOf(tasks: readonly TaskReport[]): string {
  const [startedAt, endedAt] = ['2026-11-21T02:00:00.000Z', '2026-11-21T02:01:00.000Z'];
  return formatVerifyTable({version: '1', configFile: undefined, dryRun: false, startedAt, endedAt, tasks}, WIDE);
}

test('a task that was compared has what was compared and what differs', () => {
  const base = failedTask('home', failure({code: 'verify-failed'}));
  const {startedAt, endedAt, snapshotSet} = base;
  const verified: TaskReport = {
    task: 'mail',
    startedAt,
    endedAt,
    snapshotSet,
    notes: ['verified by SHA-256'],
    state: 'verified',
    verification: EQUAL,
  };
  const lines = textOf([
    {...base, verification: DIFFERENT},
    verified,
    failedTask('far', failure()),
    skippedTask('old', 'disabled'),
  ]).split('\n');
  expect(lines.find((line) => line.startsWith('home'))).toMatch(/different +4.0GiB +4.0GiB +4.0KiB +1 +0:00:12.3/);
  expect(lines.find((line) => line.startsWith('mail'))).toMatch(/verified +4.0GiB +4.0GiB +0B +0 +0:00:12.3/);
  expect(lines.find((line) => line.startsWith('far'))).toMatch(/failed( +-){5}/);
  expect(lines.slice(-3)).toEqual(['skipped (disabled): old', 'mail: verified by SHA-256', '']);
});
