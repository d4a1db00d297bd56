import {chmod, mkdir, readFile, readdir, stat, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Configuration} from '#dist/tasks/config/configuration.js';
import {type CliOutcome, type CliWorldOptions, runCli} from '../../support/cli-world.js';
import {bringUnits, enableTimer, PACKAGED_UNITS} from '../../support/packaged-schedule.js';
import {readConfig} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const SERVICE = 'etc/systemd/system/bdsync-manager.service';
const TIMER = 'etc/systemd/system/bdsync-manager.timer';
const CRON = 'etc/cron.d/bdsync-manager';
const ONE_TASK = `[home]
source_path = /srv/home.img
target_path = /srv/copies/home.img
apply_patch_in_place = yes
`;

interface Machine {
  readonly root: string;
  readonly cli: (words: readonly string[], options?: CliWorldOptions) => Promise<CliOutcome>;
  readonly read: (path: string) => Promise<string>;
}

/** A folder that stands for `/`; words are those of a command line, with `--root` behind them. */
async function machine(configuration?: Configuration): Promise<Machine> {
  const root = await temporaryFolder();
  const config = configuration ?? (await readConfig(ONE_TASK));
  return {
    root,
    cli: (words, options = {}) => runCli([...words, '--root', root], {configuration: config, ...options}),
    read: (path) => readFile(join(root, path), 'utf8'),
  };
}

describe('install systemd', () => {
  test('shows both units, writes them for all to read, and says what is left to do', async () => {
    const {root, cli, read} = await machine();
    const {status, stdout, stderr} = await cli(['install', 'systemd', '--config', '/etc/x.conf', '--yes']);
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
    for (const path of [SERVICE, TIMER]) {
      const text = await read(path);
      expect((await stat(join(root, path))).mode & 0o777).toBe(0o644);
      expect(stdout).toContain(`write ${join(root, path)}:\n`);
      for (const line of text.trimEnd().split('\n')) expect(stdout).toContain(`    ${line}`);
    }
    expect(await read(SERVICE)).toContain(`\nExecStart=:${process.execPath} `);
    expect(await read(SERVICE)).toContain('/bin/bdsync-manager.js run --config=/etc/x.conf --log-level=info\n');
    expect(await read(TIMER)).toContain('\nOnCalendar=*-*-* 02:30\n');
    expect(await read(TIMER)).toContain('\nRandomizedDelaySec=900\n');
    expect(stdout).toMatch(
      /not run here.*:\n {2}systemctl daemon-reload\n {2}systemctl enable --now bdsync-manager.timer\n$/,
    );
  });

  test.for([
    [['--jobs', '4'], 'run --config=/etc/x.conf --jobs=4 --jobs-per-host=4 --log-level=info\n'],
    [['--jobs=4', '--jobs-per-host=1'], 'run --config=/etc/x.conf --jobs=4 --jobs-per-host=1 --log-level=info\n'],
  ] as const)('lets the runs take several tasks at once: %j', async ([options, command]) => {
    const {cli, read} = await machine();
    expect((await cli(['install', 'systemd', '--config', '/etc/x.conf', '--yes', ...options])).status).toBe(0);
    expect(await read(SERVICE)).toContain(command);
    const {stdout} = await runCli(['install', 'cron', '--config', '/etc/x.conf', '--print', ...options]);
    expect(stdout).toContain(command.replace(' --log-level=info', ''));
  });

  test('takes times, a delay, tasks in their order and a name', async () => {
    const {cli, read} = await machine();
    const times = ['--on-calendar', 'hourly', '--on-calendar', 'Sun 03:00', '--randomized-delay', '0'];
    const tasks = ['--task', 'b', '--task', '-x', '--task', '100% "sure"'];
    const {status} = await cli(['install', 'systemd', '--name', 'mail', '--yes', ...times, ...tasks]);
    expect(status).toBe(0);
    const timer = await read('etc/systemd/system/mail.timer');
    expect(timer).toContain('\nOnCalendar=hourly\nOnCalendar=Sun 03:00\n');
    expect(timer).not.toContain('Delay');
    const service = await read('etc/systemd/system/mail.service');
    expect(service).toContain(' --task=b --task=-x "--task=100%% \\"sure\\"" --log-level=info\n');
  });

  test.each([
    ['no task', ''],
    ['no enabled task', `[DEFAULT]\ndisabled = yes\n${ONE_TASK}[broken]\n`],
  ])('warns where there is %s, and does what it was asked for', async (_what, text) => {
    const configuration = await readConfig(text);
    const {cli, read} = await machine(configuration);
    for (const words of [['systemd'], ['cron'], ['cron', '--print']]) {
      expect(await cli(['install', ...words, '--yes'])).toMatchObject({
        status: 0,
        stderr: `WARNING: no enabled task in ${configuration.file}: the runs will do nothing\n`,
      });
    }
    expect(await read(SERVICE)).toContain('[Service]');
  });

  test('done again changes nothing; done otherwise replaces what is there', async () => {
    const {root, cli, read} = await machine();
    await cli(['install', 'systemd', '--yes']);
    const before = await stat(join(root, TIMER), {bigint: true});
    const {stdout} = await cli(['install', 'systemd', '--yes']);
    expect(stdout).toContain(`keep ${join(root, TIMER)}, which is as it should be\n`);
    expect((await stat(join(root, TIMER), {bigint: true})).mtimeNs).toBe(before.mtimeNs);
    const other = await cli(['install', 'systemd', '--yes', '--on-calendar', 'daily 04:00']);
    expect(other.stdout).toContain(`replace ${join(root, TIMER)}:\n`);
    expect(await read(TIMER)).toContain('\nOnCalendar=*-*-* 04:00\n');
    expect(await readdir(dirname(join(root, TIMER)))).toEqual(['bdsync-manager.service', 'bdsync-manager.timer']);
  });

  test.each([
    ['a file of somebody else', async (path: string) => await writeFile(path, '[Timer]\n')],
    ['a link, as systemctl mask makes it', async (path: string) => await symlink('/dev/null', path)],
  ])('leaves %s alone, and writes neither unit', async (_what, make) => {
    const {root, cli} = await machine();
    await mkdir(dirname(join(root, TIMER)), {recursive: true});
    await make(join(root, TIMER));
    const {status, stderr} = await cli(['install', 'systemd', '--yes']);
    expect(status).toBe(3);
    expect(stderr).toContain(`${join(root, TIMER)} was not written by bdsync-manager\n  hint: `);
    expect(await readdir(dirname(join(root, TIMER)))).toEqual(['bdsync-manager.timer']);
    expect((await cli(['uninstall', 'systemd', '--yes'])).status).toBe(3);
    expect(await readdir(dirname(join(root, TIMER)))).toEqual(['bdsync-manager.timer']);
  });

  test.each([
    ['y', 0],
    ['Yes ', 0],
    ['', 4],
    ['n', 4],
    ['yesterday', 4],
  ])('asked, and answered %j, ends with %i', async (answer, expected) => {
    const {root, cli} = await machine();
    const {status, stdout} = await cli(['install', 'systemd'], {answer});
    expect(status).toBe(expected);
    expect(stdout).toMatch(expected === 0 ? /\ndone\n/ : /\nnothing was done\n$/);
    expect(await readdir(root)).toEqual(expected === 0 ? ['etc'] : []);
  });

  test('does nothing unasked where there is nobody to ask', async () => {
    const {root, cli} = await machine();
    const {status, stdout, stderr} = await cli(['install', 'systemd']);
    expect(status).toBe(2);
    expect(stdout).toContain('ExecStart=');
    expect(stderr).toMatch(/nothing was done: there is no terminal to ask on\n {2}hint: say --yes/);
    expect(await readdir(root)).toEqual([]);
  });

  test('tells of a task whose configuration is wrong, and installs nothing', async () => {
    const {root, cli} = await machine(await readConfig('[home]\nsource_path = /srv/a.img\n'));
    const {status, stderr} = await cli(['install', 'systemd', '--yes']);
    expect(status).toBe(2);
    expect(stderr).toContain('[home] target_path: must be set');
    expect(await readdir(root)).toEqual([]);
  });

  test.each([
    ['a time that is none', ['--on-calendar', '%h'], /is no time for a timer/],
    ['a delay that is none', ['--randomized-delay', 'soon'], /at most a day/],
    ['a name with a path', ['--name', '../x'], /cannot be the name/],
    ['a name with a dot', ['--name', 'a.b'], /cannot be the name/],
    ['what is for cron', ['--at', '30 2 * * *'], /--at is not for systemd/],
    ['what is for cron', ['--print'], /--print is not for systemd/],
    ['a task with a line break', ['--task', 'a\nExecStart=/bin/x'], /control character/],
  ])('refuses %s', async (_what, words, message) => {
    const {root, cli} = await machine();
    const {status, stderr} = await cli(['install', 'systemd', '--yes', ...words]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('install cron', () => {
  test('writes a file for /etc/cron.d', async () => {
    const {cli, read} = await machine();
    const {status} = await cli(['install', 'cron', '--config', '/etc/50%.conf', '--task', 'a b', '--yes']);
    expect(status).toBe(0);
    const [, line] = /^(30 2 .*)$/m.exec(await read(CRON)) ?? [];
    expect(line).toMatch(
      /^30 2 \* \* \* root \S+node \S+\/bin\/bdsync-manager\.js run '--config=\/etc\/50\\%\.conf' '--task=a b'$/,
    );
  });

  test('takes a time and a user', async () => {
    const {cli, read} = await machine();
    await cli(['install', 'cron', '--at', '@weekly', '--user', 'backup', '--yes']);
    expect(await read(CRON)).toMatch(/^@weekly backup \//m);
  });

  test('prints a line for a crontab of one’s own, unasked, and writes nothing', async () => {
    const {root, cli} = await machine();
    const {status, stdout} = await cli(['install', 'cron', '--print', '--at', '0 5 * * 1-5']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^0 5 \* \* 1-5 \/\S+ \S+ run --config=\/etc\/bdsync-manager\.conf\n$/);
    expect(await readdir(root)).toEqual([]);
  });

  test.each([
    ['a time that is none', ['--at', '61 * * * *'], /is no time for cron/],
    ['a user who cannot be one', ['--user', 'root reboot #'], /is no name of a user/],
    ['what is for systemd', ['--on-calendar', 'daily'], /--on-calendar is not for cron/],
    ['what is for systemd', ['--randomized-delay', '5m'], /--randomized-delay is not for cron/],
  ])('refuses %s', async (_what, words, message) => {
    const {root, cli} = await machine();
    const {status, stderr} = await cli(['install', 'cron', '--yes', ...words]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('uninstall', () => {
  test('removes both units and the stamp of the timer, and nothing else', async () => {
    const {root, cli} = await machine();
    await cli(['install', 'systemd', '--yes']);
    await cli(['install', 'cron', '--yes']);
    const units = dirname(join(root, SERVICE));
    const stamps = join(root, 'var/lib/systemd/timers');
    await mkdir(join(units, 'bdsync-manager.service.d'));
    await mkdir(stamps, {recursive: true});
    for (const name of ['stamp-bdsync-manager.timer', 'stamp-other.timer']) await writeFile(join(stamps, name), '');
    await writeFile(join(units, 'other.timer'), '');

    const {status, stdout} = await cli(['uninstall', 'systemd', '--yes']);
    expect(status).toBe(0);
    expect(stdout).toContain(`${join(units, 'bdsync-manager.service.d')} is left alone.\n`);
    expect(await readdir(units)).toEqual(['bdsync-manager.service.d', 'other.timer']);
    expect(await readdir(stamps)).toEqual(['stamp-other.timer']);
    expect(await readdir(join(root, 'etc/cron.d'))).toEqual(['bdsync-manager']);
    expect((await cli(['uninstall', 'cron', '--yes'])).status).toBe(0);
    expect(await readdir(join(root, 'etc/cron.d'))).toEqual([]);
  });

  test.each(['systemd', 'cron'])('says so when nothing is there for %s, unasked', async (scheduler) => {
    const {cli} = await machine();
    expect(await cli(['uninstall', scheduler])).toMatchObject({
      status: 0,
      stdout: 'nothing is installed\n',
      stderr: '',
    });
  });

  test('removes what an interrupted installation left of the two', async () => {
    const {root, cli} = await machine();
    await cli(['install', 'systemd', '--yes']);
    await cli(['uninstall', 'systemd', '--yes', '--name', 'other']);
    await writeFile(join(root, TIMER), '# Written by bdsync-manager install systemd\n');
    expect((await cli(['uninstall', 'systemd', '--yes'])).status).toBe(0);
    expect(await readdir(dirname(join(root, TIMER)))).toEqual([]);
  });
});

describe('beside the units that a package brought,', () => {
  test('install writes its own in their place, and says so; uninstall takes only its own away', async () => {
    const {root, cli, read} = await machine();
    await bringUnits(root, '/etc/x.conf');
    const brought = await read(`${PACKAGED_UNITS}/bdsync-manager.service`);
    const {status, stdout} = await cli(['install', 'systemd', '--yes']);
    expect(status).toBe(0);
    expect(stdout).toContain('\nThey take the place of those that the package brought.\n');
    expect(await read(SERVICE)).not.toBe(brought);
    const gone = await cli(['uninstall', 'systemd', '--yes']);
    expect(gone.stdout).toMatch(
      /\nThe units that the package brought stay, switched off\.\n[^]*systemctl disable --now/,
    );
    expect(await readdir(dirname(join(root, SERVICE)))).toEqual([]);
    expect(await read(`${PACKAGED_UNITS}/bdsync-manager.service`)).toBe(brought);
  });

  test('uninstall switches off one that is enabled, and leaves its files', async () => {
    const {root, cli, read} = await machine();
    await bringUnits(root, '/etc/x.conf');
    await enableTimer(root);
    const {status, stdout} = await cli(['uninstall', 'systemd', '--yes']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^The units that the package brought stay, switched off\.\ndone\nnot run here/);
    expect(stdout).toMatch(/:\n {2}systemctl disable --now bdsync-manager\.timer\n$/);
    expect(await read(`${PACKAGED_UNITS}/bdsync-manager.timer`)).toContain('[Timer]');
  });

  test('uninstall has nothing to do where nobody has switched them on, or under another name', async () => {
    const {root, cli} = await machine();
    await bringUnits(root, '/etc/x.conf');
    const nothing = {status: 0, stdout: 'nothing is installed\n'};
    expect(await cli(['uninstall', 'systemd'])).toMatchObject(nothing);
    await enableTimer(root);
    expect(await cli(['uninstall', 'systemd', '--name', 'other'])).toMatchObject(nothing);
  });
});

test.skipIf(process.getuid?.() === 0)('who may not write there is told so', async () => {
  const {root, cli} = await machine();
  await chmod(root, 0o500);
  const {status, stderr} = await cli(['install', 'cron', '--yes']);
  expect(status).toBe(3);
  expect(stderr).toMatch(/cannot write .*\n {2}hint: only root may do that/);
});

test.each([['install'], ['install', 'launchd'], ['uninstall', 'at'], ['install', 'systemd', 'cron']])(
  '%s %s is no command',
  async (...words) => {
    const {root, cli} = await machine();
    expect((await cli([...words, '--yes'])).status).toBe(2);
    expect(await readdir(root)).toEqual([]);
  },
);
