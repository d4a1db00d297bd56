import {expect, test} from 'vitest';
import {packageVersion} from '#dist/version.js';
import {runCli} from '../../support/cli-world.js';

test.for([[[]], [['run']], [['--log-level', 'info']]] as const)(
  '%j runs all enabled tasks of the usual file',
  async ([words]) => {
    const {status, configFiles, selectedNames, runs} = await runCli(words);
    expect(status).toBe(0);
    expect(configFiles).toEqual(['/etc/bdsync-manager.conf']);
    expect(selectedNames).toEqual([[]]);
    expect(runs).toMatchObject([{configFile: '/etc/bdsync-manager.conf', dryRun: false, waitForLock: false}]);
  },
);

test('a command line of old works as it did', async () => {
  const {configFiles, selectedNames} = await runCli([
    '--task',
    'b',
    '--config',
    'my.conf',
    '--log-level=info',
    '--task=a',
  ]);
  expect(configFiles).toEqual(['my.conf']);
  expect(selectedNames).toEqual([['b', 'a']]);
});

test.for([
  [['run', '--task', 'run', '--dry-run', '--wait', '--config', 'list']],
  [['--task', 'run', '--dry-run', 'run', '--wait', '--config', 'list']],
  [['--config=list', '--dry-run', '--task', 'run', '--wait', 'run']],
] as const)('options stand before or after the command: %j', async ([words]) => {
  const {configFiles, selectedNames, runs} = await runCli(words);
  expect(configFiles).toEqual(['list']);
  expect(selectedNames).toEqual([['run']]);
  expect(runs).toMatchObject([{dryRun: true, waitForLock: true}]);
});

test.for([
  [
    ['run', 'b', 'a'],
    ['b', 'a'],
  ],
  [
    ['--dry-run', 'run', 'b', '--config', 'my.conf', 'a'],
    ['b', 'a'],
  ],
  [
    ['verify', 'a', '--task', 'b'],
    ['a', 'b'],
  ],
  [['--', 'a'], ['a']],
] as const)('tasks are named with and without the option: %j', async ([words, names]) => {
  expect(await runCli(words)).toMatchObject({status: 0, selectedNames: [names]});
});

test.for([['status'], ['log'], ['snapshots'], ['recover'], ['check']] as const)(
  '%s takes the names of tasks in both forms',
  async ([command]) => {
    const {status, checkedNames, ...asked} = await runCli([command, 'a', '--task', 'b']);
    expect(status).toBe(0);
    const {statusRequests, logRequests, snapshotRequests, recoverRequests} = asked;
    const requests = [...statusRequests, ...logRequests, ...snapshotRequests, ...recoverRequests];
    expect([...checkedNames, ...requests.map(({names}) => names)]).toEqual([['a', 'b']]);
  },
);

test.for([
  [['--config', 'x.conf', 'config', 'show', 'home']],
  [['config', '--config', 'x.conf', 'show', '--task=home']],
  [['config', 'show', 'home', '--config', 'x.conf']],
  [['--log-level', 'info', '--task', 'home', 'config', '--config=x.conf', 'show']],
] as const)('options stand before, between and after the words of config show: %j', async ([words]) => {
  const asked: unknown[] = [];
  const explainConfiguration = async (file: string, names: readonly string[]) => {
    asked.push([file, names]);
    return {file, included: [], tasks: []};
  };
  expect(await runCli(words, {layer: {explainConfiguration}})).toMatchObject({status: 0, stderr: ''});
  expect(asked).toEqual([['x.conf', ['home']]]);
});

test.for([
  [['help', 'config', 'show']],
  [['--help', 'config', 'show']],
  [['config', '--help', 'show']],
  [['config', 'help', 'show']],
] as const)('%j prints the help of config show', async ([words]) => {
  const {stdout} = await runCli(['config', 'show', '--help']);
  expect(stdout).toContain('--only-set');
  expect(await runCli(words)).toMatchObject({status: 0, stdout});
});

test.for([
  [['--jobs', '4'], {jobs: 4, jobsPerHost: 4}],
  [['run', '--jobs=4', '--jobs-per-host=2'], {jobs: 4, jobsPerHost: 2}],
  [['verify', '--jobs=32'], {jobs: 32, jobsPerHost: 32}],
  [['run'], undefined],
] as const)('so many tasks are run at once: %j', async ([words, limits]) => {
  expect((await runCli(words)).runs.map((run) => run.limits)).toEqual([limits]);
});

test('check takes the names of tasks', async () => {
  const {checkedNames, configFiles} = await runCli(['--task', 'a', 'check', '--config', 'my.conf']);
  expect(checkedNames).toEqual([['a']]);
  expect(configFiles).toEqual(['my.conf']);
});

test.for([['--version'], ['list', '--version'], ['--config', 'x', '--version', '--json']])(
  '%j: the version',
  async (words) => {
    const {status, stdout} = await runCli(words);
    expect({status, stdout}).toEqual({status: 0, stdout: `bdsync-manager ${packageVersion()}\n`});
  },
);

test.for(['debug', 'INFO', 'Warning', 'ERROR'])('log level %s is one', async (level) => {
  expect(await runCli(['--log-level', level])).toMatchObject({status: 0});
});

test.for([
  [['--log-level', 'loud'], /'loud' is invalid.* debug, info, warning, error/, 'run'],
  [['--tasks', 'a'], /unknown option '--tasks' \(did you mean --task\?\)/, 'run'],
  [['--jsn', 'list'], /unknown option '--jsn' \(did you mean --json\?\)/, 'list'],
  [['lst'], /unknown command 'lst' \(did you mean list\?\)/, undefined],
  [['--config', 'x', 'chek'], /unknown command 'chek' \(did you mean check\?\)/, undefined],
  [['list', '--progress'], /unknown option '--progress'$/, 'list'],
  [['help', 'lst'], /unknown command 'lst' \(did you mean list\?\)/, undefined],
  [['list', 'home'], /too many arguments/, 'list'],
  [['--json', 'config', 'shw'], /unknown command 'shw' \(did you mean show\?\)/, 'config'],
  [['help', 'config', 'shw'], /unknown command 'shw' \(did you mean show\?\)/, 'config'],
  [['--config'], /argument missing/, 'run'],
  [['sync', 'a.img'], /missing required argument 'target'/, 'sync'],
  [['sync', 'a.img', 'b.img', 'c.img'], /too many arguments/, 'sync'],
] as const)('bad usage %j is told in one line, with the place of help', async ([words, message, command]) => {
  const {status, stdout, stderr, runs} = await runCli(words);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(runs).toEqual([]);
  const [first, second, ...rest] = stderr.split('\n');
  expect(first).toMatch(message);
  expect(second).toBe(`  hint: see 'bdsync-manager ${command === undefined ? '' : `${command} `}--help'`);
  expect(rest).toEqual(['']);
});

test('the places of a sample without one are bad usage', async () => {
  const {status, stderr, runs} = await runCli(['verify', '--seed', '5']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/--seed means something only together with --sample\n  hint: add --sample 5%/);
  expect(runs).toEqual([]);
});

test('a target that cannot be meant is bad usage, too', async () => {
  expect(await runCli(['sync', 'a.img', 'store:'])).toMatchObject({
    status: 2,
    stderr: "bdsync-manager: TARGET 'store:' names no path after the host\n",
  });
});

test('what looks like an option may be the value of one, or a path after --', async () => {
  expect(await runCli(['--config', '--version'])).toMatchObject({configFiles: ['--version']});
  expect(await runCli(['sync', '--', '--version'])).toMatchObject({status: 2});
});
