import {expect, test} from 'vitest';
import {formatPlans} from '#dist/cli/text/plan-text.js';
import {failedTask, figures, plannedTask, runReport} from '../../support/report-data.js';

test('a plan tells what would run where, and how much would change', () => {
  const report = runReport([
    plannedTask('home', {}, figures()),
    failedTask('mail'),
    plannedTask('vm', {
      flow: 'patch-file',
      patchDir: 'patches',
      createTarget: true,
      snapshot: {name: 'vm-snap', size: '10%ORIGIN', autoextend: {thresholdPercent: 80, stepPercent: 20}},
      beforeSnapshot: ['sh', '-c', 'sync; true'],
      afterSnapshot: ['true'],
      onStart: ['wake', 'store'],
      onChange: ['sh', '-c', 'x'],
      pingHost: 'hc.example.org',
      mailTo: ['root', 'ops@example.org'],
      bandwidthLimitBytesPerSecond: 1_048_576,
    }),
  ]);
  expect(formatPlans(report)).toBe(
    `home
  source         /dev/vg0/home
  target         home.img
  on             ssh backup@store
  changes        applied as they arrive
  compares       built-in engine
  at the target  bdsync
  would change   4.8MiB (blocks: 1234) of 4.0GiB
  patch          4.8MiB

vm
  source         /dev/vg0/home
  target         home.img
  on             ssh backup@store
  changes        stored as a patch in patches, then applied
  compares       built-in engine
  at the target  bdsync
  if missing     the target is created
  before         sh -c 'sync; true'
  snapshot       vm-snap, with room of 10%ORIGIN, extended by 20% when 80% of it are used
  after          true
  on start       wake store
  on change      sh -c x
  pings          hc.example.org
  mails          failures to root, ops@example.org
  at most        1.0MiB/s
  would change   unknown: the ends were not compared
`,
  );
});

test.each([
  [{freeBytes: 2 ** 30, neededBytes: undefined}, 'room for it    1.0GiB'],
  [{freeBytes: 2 ** 30, neededBytes: 10_000_000}, 'room for it    1.0GiB, at least 9.5MiB needed'],
])('a plan with a patch tells the room for it: %j', (room, line) => {
  const plan = plannedTask('home', {flow: 'patch-file', patchDir: 'patches'}, figures(), room);
  expect(formatPlans(runReport([plan]))).toContain(`  patch          4.8MiB\n  ${line}\n`);
});

test('a run has no plans to tell', () => {
  expect(formatPlans(runReport([failedTask('mail')]))).toBe('');
});
