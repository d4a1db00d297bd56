import {describe, expect, it} from 'vitest';
import {formatLog} from '#dist/cli/text/log-table.js';
import type {LoggedRun, LogReport} from '#dist/tasks/log/log-report.js';
import {endedRecord, failedRecord} from '../../support/run-records.js';

const FILE = {columns: Number.POSITIVE_INFINITY, hasColors: false};
/** In the time zone of this machine, whichever that is. */
const BEGAN = new Date(2026, 10, 20, 2, 4, 9).toISOString();

function report(runs: readonly LoggedRun[], changes: Partial<LogReport> = {}): LogReport {
  return {configFile: 'nightly.conf', runs, olderRuns: 0, strangeLines: 0, remarks: [], ...changes};
}

function logged(changes: Partial<LoggedRun> = {}): LoggedRun {
  const {kind: _kind, origin: _origin, ...run} = endedRecord('1', {startedAt: BEGAN});
  return {...run, ...changes};
}

describe('past runs', () => {
  it('are rows, with what failed', () => {
    const {failure} = failedRecord('2');
    const nothing = {figures: undefined, endedAt: undefined, durationMs: undefined};
    const runs = [
      logged(),
      logged({task: 'mail', outcome: 'failed', figures: undefined, failure, durationMs: 2342}),
      logged({task: 'vms/vm-1', outcome: 'did-not-end', ...nothing}),
    ];
    expect(formatLog(report(runs), FILE).split('\n')).toEqual([
      'Began                Task      Command  Outcome           Took  Differing    Sent  Received  What failed',
      '───────────────────  ────────  ───────  ───────────  ─────────  ─────────  ──────  ────────  ───────────────────────────────────',
      '2026-11-20 02:04:09  home      run      synced       0:00:15.5     4.8MiB  4.9MiB   32.0MiB',
      '2026-11-20 02:04:09  mail      run      failed       0:00:02.3          -       -         -  check target: store does not answer',
      '2026-11-20 02:04:09  vms/vm-1  run      did not end          -          -       -         -',
      '',
    ]);
  });

  it.each([40, 45, 50, 60, 80])('have their time as a whole on %i columns', (columns) => {
    const text = formatLog(report([logged(), logged({task: 'mail'})]), {columns, hasColors: false});
    expect(text.match(/2026-11-20 02:04:09/g)).toHaveLength(2);
    expect(text.match(/synced/g)).toHaveLength(2);
  });

  it('have what a comparison found, and the first line of what failed', () => {
    const text = formatLog(
      report([
        logged({
          purpose: 'verify',
          outcome: 'failed',
          figures: undefined,
          verification: {
            method: 'sha256',
            samplePercent: undefined,
            comparedBytes: 8192,
            differingBytes: 4096,
            differingExtents: 1,
            timeMs: 1,
          },
          failure: {
            code: 'x',
            message: 'the target\u001b[2J differs\nand more',
            stage: undefined,
            hint: undefined,
            target: undefined,
          },
        }),
      ]),
      FILE,
    );
    expect(text).toMatch(/ verify +failed .* 4\.0KiB .* the target\\x1b\[2J differs\n$/);
  });

  it('are cut for a narrow terminal only', () => {
    const runs = [logged({task: 'a'.repeat(60)})];
    expect(formatLog(report(runs), FILE)).toContain('a'.repeat(60));
    const narrow = formatLog(report(runs), {columns: 100, hasColors: false});
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('are followed by what is not shown', () => {
    expect(formatLog(report([], {olderRuns: 1, strangeLines: 1}), FILE)).toBe(
      'no runs\n1 older run is not shown: --limit 0 shows all\n1 line of the records cannot be read\n',
    );
    expect(formatLog(report([logged()], {olderRuns: 2, strangeLines: 2}), FILE)).toMatch(
      /2 older runs are not shown: --limit 0 shows all\n2 lines of the records cannot be read\n$/,
    );
  });
});
