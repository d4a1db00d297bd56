import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {TASK_KEYS} from '#dist/tasks/config/task-keys.js';
import {BDSYNC_MANAGER, runProgram} from '../../support/spawn-program.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {writeConfig} from '../../support/write-config.js';

const PAGE = fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url));

async function configured(): Promise<string> {
  return await writeConfig(join(await temporaryFolder(), 'x.conf'), {
    DEFAULT: {apply_patch_in_place: 'yes'},
    home: {source_path: '/a', target_path: '/b'},
    broken: {source_path: '/a'},
  });
}

it('config show has a table per task, ends with 2 when a task is invalid, and names what is missing', async () => {
  const file = await configured();
  const all = await runProgram(BDSYNC_MANAGER, ['config', 'show', '--config', file, '--only-set']);
  expect(all).toMatchObject({status: 2, stderr: ''});
  expect(all.stdout.replaceAll(file, 'x.conf').replaceAll(/─+$/gm, '──')).toBe(`[home] x.conf:4
Key                   Value  From
────────────────────  ─────  ──
source_path           /a     x.conf:5 [home]
target_path           /b     x.conf:6 [home]
apply_patch_in_place  yes    x.conf:2 [DEFAULT]

[broken] x.conf:8
Key                   Value  From
────────────────────  ─────  ──
source_path           /a     x.conf:9 [broken]
apply_patch_in_place  yes    x.conf:2 [DEFAULT]
x.conf:8: [broken] target_path: must be set; it has no default
`);
  const one = await runProgram(BDSYNC_MANAGER, ['config', 'show', '--config', file, '--task', 'home', '--json']);
  expect(one).toMatchObject({status: 0, stderr: ''});
  const {tasks}: {tasks: {task: string; values: unknown[]}[]} = JSON.parse(one.stdout);
  expect(tasks.map(({task, values}) => [task, values.length])).toEqual([['home', TASK_KEYS.length]]);
});

it('config keys names every key with its default', async () => {
  const {status, stdout} = await runProgram(BDSYNC_MANAGER, ['config', 'keys']);
  expect(status).toBe(0);
  for (const {name, defaultText} of TASK_KEYS) {
    const entry = stdout.slice(stdout.indexOf(`  ${name} = `)).replaceAll(/\s+/g, ' ');
    expect(entry).toMatch(new RegExp(`^ ${name} = \\S+ .*?Default: `));
    expect(entry).toContain(`Default: ${defaultText}.`);
  }
});

it('docs/configuration.md is what config keys --markdown prints', async () => {
  const {stdout} = await runProgram(BDSYNC_MANAGER, ['config', 'keys', '--markdown']);
  expect(await readFile(PAGE, 'utf8')).toBe(stdout);
});

it('config alone says what is missing', async () => {
  expect(await runProgram(BDSYNC_MANAGER, ['config'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: "bdsync-manager: bdsync-manager config wants a command\n  hint: see 'bdsync-manager config --help'\n",
  });
});
