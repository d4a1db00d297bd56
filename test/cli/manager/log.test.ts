import {expect, test} from 'vitest';
import {NO_TASKS, runCli} from '../../support/cli-world.js';

test('asks for what the words say', async () => {
  const {logRequests, configFiles, status} = await runCli([
    'log',
    'home',
    'vms/vm-1',
    '--config=nightly.conf',
    '--failed',
    '--limit=7',
    '--since=2026-11-01T02:00:00Z',
  ]);
  expect({status, configFiles}).toEqual({status: 0, configFiles: ['nightly.conf']});
  const sinceMs = Date.parse('2026-11-01T02:00:00Z');
  expect(logRequests).toEqual([
    {configuration: NO_TASKS, names: ['home', 'vms/vm-1'], failedOnly: true, limit: 7, sinceMs},
  ]);
  expect((await runCli(['log'])).logRequests).toMatchObject([{names: [], failedOnly: false, limit: 50}]);
  expect((await runCli(['log', '--limit', '0'])).logRequests).toMatchObject([{limit: undefined}]);
});

test('takes a time ago, and a day of this time zone', async () => {
  const before = Date.now();
  const [ago] = (await runCli(['log', '--since', '2d'])).logRequests;
  expect(ago?.sinceMs).toBeGreaterThanOrEqual(before - 2 * 86_400_000);
  expect(ago?.sinceMs).toBeLessThanOrEqual(Date.now() - 2 * 86_400_000);
  const [day] = (await runCli(['log', '--since', '2026-11-01'])).logRequests;
  expect(day?.sinceMs).toBe(new Date(2026, 10, 1).getTime());
});

test.for([
  ['--since', 'yesterday'],
  ['--since', '2026-13-01'],
  ['--limit', '-1'],
  ['--limit', 'all'],
])('refuses %s %s', async (words) => {
  const {status, stderr, logRequests} = await runCli(['log', ...words]);
  expect({status, logRequests}).toEqual({status: 2, logRequests: []});
  expect(stderr).toContain(words[0]);
});

test('--sync needs no configuration, and takes no tasks', async () => {
  const {configFiles, logRequests} = await runCli(['log', '--sync']);
  expect(configFiles).toEqual([]);
  expect(logRequests).toMatchObject([{configuration: undefined}]);
  expect(await runCli(['log', '--sync', 'home'])).toMatchObject({status: 2});
});

test('--json prints the whole report', async () => {
  const {stdout} = await runCli(['log', '--json'], {logReport: {olderRuns: 3}});
  expect(JSON.parse(stdout)).toEqual({
    configFile: 'nightly.conf',
    runs: [],
    olderRuns: 3,
    strangeLines: 0,
    remarks: [],
  });
});
