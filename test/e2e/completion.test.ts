import {execFileSync} from 'node:child_process';
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {hasScript} from '../support/on-a-terminal.js';
import {installedShells} from '../support/shells.js';
import {BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {typeWithTab} from '../support/typed-line.js';

const CONFIGURATION = `[DEFAULT]
source_path = /dev/vg0/a
[home]
[it's a "task"]
[pay $5!]
[back\\slash]
[vm/disk:0]
[größe & co]
`;

/** A folder with a configuration, other files, and a folder with the program under its own name. */
async function workplace(): Promise<{cwd: string; path: string}> {
  const cwd = await temporaryFolder();
  const path = join(cwd, 'programs');
  await mkdir(path);
  await mkdir(join(cwd, 'fold er'));
  await writeFile(join(cwd, 'nightly tasks.conf'), CONFIGURATION);
  await writeFile(join(cwd, 'image.img'), '');
  const program = join(path, 'bdsync-manager');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${BDSYNC_MANAGER}' "$@"\n`);
  await chmod(program, 0o755);
  return {cwd, path};
}

const CONFIG = "--config 'nightly tasks.conf'";
/** What is typed before the tabulator, and the words that the program then gets. */
const TYPED: readonly (readonly [string, readonly string[]])[] = [
  ['bdsync-manager verif', ['verify']],
  ['bdsync-manager sync --connection-q', ['sync', '--connection-quoting']],
  ['bdsync-manager --log-level w', ['--log-level', 'warning']],
  ['bdsync-manager --config nig', ['--config', 'nightly tasks.conf']],
  ['bdsync-manager --config=nig', ['--config=nightly tasks.conf']],
  ['bdsync-manager sync im', ['sync', 'image.img']],
  [`bdsync-manager ${CONFIG} --task ho`, ['--config', 'nightly tasks.conf', '--task', 'home']],
  [`bdsync-manager ${CONFIG} --task=ho`, ['--config', 'nightly tasks.conf', '--task=home']],
  [
    `bdsync-manager --config nightly\\ tasks.conf check --task it`,
    ['--config', 'nightly tasks.conf', 'check', '--task', 'it\'s a "task"'],
  ],
  [`bdsync-manager log ${CONFIG} 'pa`, ['log', '--config', 'nightly tasks.conf', 'pay $5!']],
  [`bdsync-manager log ${CONFIG} "it`, ['log', '--config', 'nightly tasks.conf', 'it\'s a "task"']],
  [`bdsync-manager log ${CONFIG} "back`, ['log', '--config', 'nightly tasks.conf', 'back\\slash']],
  [`bdsync-manager log ${CONFIG} vm/`, ['log', '--config', 'nightly tasks.conf', 'vm/disk:0']],
  [`bdsync-manager log ${CONFIG} vm/disk:`, ['log', '--config', 'nightly tasks.conf', 'vm/disk:0']],
  [`bdsync-manager log ${CONFIG} gr`, ['log', '--config', 'nightly tasks.conf', 'größe & co']],
  ['bdsync-manager log --config missing.conf ho', ['log', '--config', 'missing.conf', 'ho']],
  ['bdsync --diffsize=m', ['--diffsize=minsize']],
  ['bdsync --zero', ['--zeroblocks']],
  ["bdsync 'ssh store bdsync --server' im", ['ssh store bdsync --server', 'image.img']],
];

const shells = installedShells().map(({name}) => name);
if (!hasScript) console.warn('SKIPPED: what shells make of the tabulator: script is not installed');

describe.each(['bash', 'zsh'] as const)('in %s, the tabulator', (shell) => {
  test.skipIf(!hasScript || !shells.includes(shell))('completes what was typed', async () => {
    const lines = TYPED.map(([line]) => line);
    const got = await typeWithTab(shell, lines, await workplace());
    expect(got.map((words, index) => [lines[index], words])).toEqual(TYPED);
  });
});

test.skipIf(!shells.includes('fish'))('fish offers what it then puts in quotes itself', async () => {
  const {cwd, path} = await workplace();
  const script = (await runProgram(BDSYNC_MANAGER, ['completion', 'fish'])).stdout;
  const offered = (line: string): string[] =>
    execFileSync('fish', ['--no-config', '-c', `${script}\ncomplete -C $argv[1]`, line], {
      cwd,
      encoding: 'utf8',
      env: {...process.env, PATH: `${path}:${process.env['PATH']}`, HOME: cwd, LANG: 'C.UTF-8'},
    })
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => text.replace(/\t.*/, ''));
  const names = ['home', 'it\'s a "task"', 'pay $5!', 'back\\slash', 'vm/disk:0', 'größe & co'];
  expect(offered(`bdsync-manager ${CONFIG} --task `).toSorted()).toEqual(names.toSorted());
  expect(offered(`bdsync-manager ${CONFIG} --task=`).toSorted()).toEqual(
    names.map((name) => `--task=${name}`).toSorted(),
  );
  expect(offered(`bdsync-manager log ${CONFIG} 'pa`)).toEqual(['pay $5!']);
  expect(offered('bdsync-manager log --config missing.conf ')).toEqual([]);
  expect(offered('bdsync-manager verif')).toEqual(['verify']);
  expect(offered('bdsync-manager --config ni')).toEqual(['nightly tasks.conf']);
  expect(offered('bdsync-manager --config=ni')).toEqual(['--config=nightly tasks.conf']);
  expect(offered('bdsync-manager sync --state-dir ')).toEqual(['fold er/', 'programs/']);
  expect(offered('bdsync --diffsize=m')).toEqual(['--diffsize=minsize']);
});

describe('what completion asks', () => {
  const NOTHING = {status: 0, stdout: '', stderr: ''};

  test.each([
    ['a file that is missing', 'missing.conf'],
    ['a folder', 'fold er'],
    ['a pipe that nobody writes', 'pipe'],
    ['a file that is no configuration', 'broken.conf'],
    ['a device without an end', '/dev/zero'],
  ])('has no names and no message for %s', async (_what, file) => {
    const {cwd} = await workplace();
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    await writeFile(join(cwd, 'broken.conf'), 'home]\n\0\xff');
    const path = file.startsWith('/') ? file : join(cwd, file);
    const answer = await runProgram(BDSYNC_MANAGER, [
      '__complete',
      'zsh',
      'bdsync-manager',
      '--config',
      path,
      '--task',
      '',
    ]);
    expect({...answer, stdout: answer.stdout.replace(/^(words\n\n|nothing\n)$/, '')}).toMatchObject(NOTHING);
  });

  test('has the names of tasks that are wrong or included as well, and none that a terminal would obey', async () => {
    const {cwd} = await workplace();
    const file = join(cwd, 'odd.conf');
    await writeFile(join(cwd, 'more.conf'), '[five]\n');
    await writeFile(file, '[DEFAULT]\ninclude = more.conf\n[one]\nunknown = 1\n[t\u001b[2Jo]\n[th\u202eree]\n[four]\n');
    const {stdout} = await runProgram(BDSYNC_MANAGER, [
      '__complete',
      'fish',
      'bdsync-manager',
      `--config=${file}`,
      '--task',
      '',
    ]);
    expect(stdout).toBe('words\n\none\nfour\nfive\n');
  });
});
