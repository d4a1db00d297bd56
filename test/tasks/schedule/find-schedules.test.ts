import {copyFile, mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Host, RunResult} from '#dist/hosts/host.js';
import {planCron} from '#dist/tasks/schedule/cron/plan-cron.js';
import {applySchedule} from '#dist/tasks/schedule/apply-schedule.js';
import {findSchedules} from '#dist/tasks/schedule/find-schedules.js';
import {planTimer} from '#dist/tasks/schedule/systemd/plan-timer.js';
import {bringUnits, enableTimer, PACKAGED_UNITS} from '../../support/packaged-schedule.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const NOW = new Date(2026, 10, 21, 12, 0, 0).getTime();
const FILE = '/etc/my 50%.conf';
const NAMES = ['home', 'mail', 'it\'s "100%"', 'a\nb'];

/** Answers as systemctl does, and keeps what it was asked. */
function systemctl(answer: Partial<RunResult> | Error): Pick<Host, 'run'> & {asked: string[]} {
  const asked: string[] = [];
  return {
    asked,
    run: async (words) => {
      asked.push(words.join(' '));
      if (answer instanceof Error) throw answer;
      return {status: 0, stdout: '', stderr: '', ...answer};
    },
  };
}

async function withTimer(root: string, name: string, configFile: string, tasks: readonly string[]): Promise<void> {
  const request = {name, root, configFile, tasks, selected: [], onCalendar: ['hourly'], randomizedDelaySeconds: 0};
  await applySchedule(await planTimer(request));
}

async function withCron(root: string, name: string, configFile: string, tasks: readonly string[]): Promise<void> {
  await applySchedule(await planCron({name, root, configFile, tasks, at: '30 2 * * *', user: 'root'}));
}

async function find(root: string, host = systemctl({}), systemdRuns = true) {
  return await findSchedules({configFile: FILE, taskNames: NAMES, nowMs: NOW}, {root, systemdRuns, host});
}

describe('timers', () => {
  test('are those of this file, with the tasks that they name and the time that systemd tells', async () => {
    const root = await temporaryFolder();
    await withTimer(root, 'all', FILE, []);
    await withTimer(root, 'some', FILE, ['mail', NAMES[2] ?? '']);
    await withTimer(root, 'other', '/etc/other.conf', []);
    await writeFile(join(root, 'etc/systemd/system/foreign.service'), `[Service]\nExecStart=x "--config=${FILE}" \n`);
    const host = systemctl({stdout: 'Sun 2026-11-22 02:32:43 UTC\n'});
    expect(await find(root, host)).toEqual([
      {name: 'all.timer', tasks: [], nextAt: '2026-11-22T02:32:43.000Z'},
      {name: 'some.timer', tasks: ['mail', NAMES[2]], nextAt: '2026-11-22T02:32:43.000Z'},
    ]);
    expect(host.asked).toEqual(
      ['all', 'some'].map((name) => expect.stringMatching(`^env TZ=UTC LC_ALL=C .* ${name}.timer$`)),
    );
  });

  test.each([
    ['a timer that is not active', systemctl({stdout: '\n'})],
    ['words that are no time', systemctl({stdout: 'n/a\n'})],
    ['another time zone', systemctl({stdout: 'Sun 2026-11-22 02:32:43 CET\n'})],
    ['a systemctl that fails', systemctl(new Error('no such program'))],
  ])('have no next time with %s', async (_what, host) => {
    const root = await temporaryFolder();
    await withTimer(root, 'all', FILE, []);
    expect(await find(root, host)).toEqual([{name: 'all.timer', tasks: [], nextAt: undefined}]);
  });

  test('are not looked at where systemd does not run', async () => {
    const root = await temporaryFolder();
    await withTimer(root, 'all', FILE, []);
    const host = systemctl({});
    expect(await find(root, host, false)).toEqual([]);
    expect(host.asked).toEqual([]);
  });
});

describe('a timer that a package brought', () => {
  const NEXT = '2026-11-22T02:32:43.000Z';
  const ACTIVE = systemctl({stdout: 'Sun 2026-11-22 02:32:43 UTC\n'});

  test('is no schedule until somebody switches it on', async () => {
    const root = await temporaryFolder();
    await bringUnits(root, FILE);
    expect(await find(root)).toEqual([]);
    expect(await find(root, ACTIVE)).toEqual([{name: 'bdsync-manager.timer', tasks: [], nextAt: NEXT}]);
    await enableTimer(root);
    expect(await find(root)).toEqual([{name: 'bdsync-manager.timer', tasks: [], nextAt: undefined}]);
  });

  test('is none of another configuration', async () => {
    const root = await temporaryFolder();
    await bringUnits(root, '/etc/other.conf');
    await writeFile(join(root, PACKAGED_UNITS, 'foreign.service'), `[Service]\nExecStart=x "--config=${FILE}" \n`);
    await enableTimer(root);
    expect(await find(root, ACTIVE)).toEqual([]);
  });

  test('is none where another one has its place', async () => {
    const root = await temporaryFolder();
    await bringUnits(root, FILE);
    await enableTimer(root);
    await withTimer(root, 'bdsync-manager', FILE, ['mail']);
    expect(await find(root, ACTIVE)).toEqual([{name: 'bdsync-manager.timer', tasks: ['mail'], nextAt: NEXT}]);
    await writeFile(join(root, 'etc/systemd/system/bdsync-manager.service'), '[Service]\nExecStart=/bin/true\n');
    expect(await find(root, ACTIVE)).toEqual([]);
  });

  test('is one, too, when an administrator has a copy of it', async () => {
    const root = await temporaryFolder();
    await bringUnits(root, FILE);
    await enableTimer(root);
    const [from, to] = [PACKAGED_UNITS, 'etc/systemd/system'];
    await copyFile(join(root, from, 'bdsync-manager.service'), join(root, to, 'bdsync-manager.service'));
    expect(await find(root, ACTIVE)).toEqual([{name: 'bdsync-manager.timer', tasks: [], nextAt: NEXT}]);
  });
});

describe('files for cron', () => {
  test('are those of this configuration, with their next time', async () => {
    const root = await temporaryFolder();
    await withCron(root, 'all', FILE, []);
    await withCron(root, 'some', FILE, [NAMES[2] ?? '']);
    await withCron(root, 'other', '/etc/other.conf', []);
    await writeFile(join(root, 'etc/cron.d/foreign'), `30 2 * * * root x --config=${FILE} \n`);
    await symlink('/nonexistent', join(root, 'etc/cron.d/dangling'));
    await mkdir(join(root, 'etc/cron.d/folder'));
    const nextAt = new Date(2026, 10, 22, 2, 30).toISOString();
    expect(await find(root)).toEqual([
      {name: join(root, 'etc/cron.d/all'), tasks: [], nextAt},
      {name: join(root, 'etc/cron.d/some'), tasks: [NAMES[2]], nextAt},
    ]);
  });

  test.each([
    ['@daily', new Date(2026, 10, 22).toISOString()],
    ['5/10 * * * *', undefined],
  ])('of which the time was changed by hand to %s', async (at, nextAt) => {
    const root = await temporaryFolder();
    await withCron(root, 'all', FILE, []);
    const path = join(root, 'etc/cron.d/all');
    await writeFile(path, (await readFile(path, 'utf8')).replace('30 2 * * *', at));
    expect(await find(root)).toEqual([{name: path, tasks: [], nextAt}]);
  });
});

test('where there is no such folder, there are none', async () => {
  expect(await find(await temporaryFolder())).toEqual([]);
});
