import {expect, test} from 'vitest';
import type {ReportedSnapshot} from '#dist/tasks/snapshots/snapshot-report.js';
import {runCli} from '../../support/cli-world.js';

const SNAPSHOT: ReportedSnapshot = {
  task: 'home',
  volume: 'vg0/bdsync-snapshot',
  uuid: 'u1',
  origin: 'vg0/home',
  kind: 'classic',
  createdAt: undefined,
  ageSeconds: undefined,
  roomBytes: undefined,
  usedPercent: undefined,
  state: 'left-over',
  reason: undefined,
  hint: undefined,
};

test('asks for what the words say', async () => {
  const {snapshotRequests, configFiles, status} = await runCli(
    ['snapshots', '--config', 'nightly.conf', '--task', 'home', '--task', 'mail', '--clean'],
    {},
  );
  expect({status, configFiles}).toEqual({status: 0, configFiles: ['nightly.conf']});
  expect(snapshotRequests).toMatchObject([{names: ['home', 'mail'], clean: true}]);
  expect((await runCli(['snapshots'])).snapshotRequests).toMatchObject([{names: [], clean: false}]);
});

test('--json prints the whole report', async () => {
  const {stdout} = await runCli(['snapshots', '--json'], {snapshotReport: {snapshots: [SNAPSHOT]}});
  expect(JSON.parse(stdout)).toEqual({
    configFile: 'nightly.conf',
    clean: false,
    missingProgram: null,
    snapshots: [
      {...SNAPSHOT, createdAt: null, ageSeconds: null, roomBytes: null, usedPercent: null, reason: null, hint: null},
    ],
  });
});

test.for([
  [0, 'left-over', undefined],
  [0, 'in-use', 'pid 4711'],
  [0, 'removed', undefined],
  [0, 'other-configuration', 'a task of another configuration file made it'],
  [3, 'left-over', 'cannot remove it'],
  [3, 'doubtful', 'its name was home'],
] as const)('ends with status %i for what is %s (%s)', async ([expected, state, reason]) => {
  const snapshots = [SNAPSHOT, {...SNAPSHOT, state, reason}];
  const {status} = await runCli(['snapshots'], {snapshotReport: {snapshots}});
  expect(status).toBe(expected);
});
