import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {explainConfiguration} from '#dist/tasks/config/explain-configuration.js';
import {TASK_KEYS} from '#dist/tasks/config/task-keys.js';
import {SURROUNDINGS} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

async function explained(files: Readonly<Record<string, string>>, names: readonly string[] = []) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return {folder, ...(await explainConfiguration(join(folder, 'main.conf'), names))};
}

const MAIN = `[DEFAULT]
include = more.conf
vg = vg0
apply_patch_in_place = yes
ping_url = https://hc.example.org/secret-word

[home]
source_path = /dev/%(vg)s/home
target_path = /t
`;
const MORE = `[broken]\nsource_path = %(nothing)s\nbandwidth_limit =\n`;

it('tells for each key the value that holds, and where it stands', async () => {
  const {folder, included, tasks} = await explained({'main.conf': MAIN, 'more.conf': MORE});
  expect(included).toEqual([join(folder, 'more.conf')]);
  expect(tasks.map(({task, state, line}) => [task, state, line])).toEqual([
    ['home', 'valid', 7],
    ['broken', 'invalid', 1],
  ]);
  const [home, broken] = tasks.map(({values}) => new Map(values.map((each) => [each.key, each])));
  expect([...(home?.keys() ?? [])]).toEqual(TASK_KEYS.map(({name}) => name));
  const file = join(folder, 'main.conf');
  expect(home?.get('source_path')).toEqual({
    key: 'source_path',
    value: '/dev/vg0/home',
    origin: {kind: 'file', file, line: 8, section: 'home'},
  });
  expect(home?.get('apply_patch_in_place')?.origin).toEqual({kind: 'file', file, line: 4, section: 'DEFAULT'});
  expect(home?.get('stall_timeout')).toEqual({key: 'stall_timeout', value: '30m', origin: {kind: 'default'}});
  expect(broken?.get('apply_patch_in_place')?.origin).toEqual({kind: 'file', file, line: 4, section: 'DEFAULT'});
  expect(broken?.get('source_path')?.value).toBe('%(nothing)s');
  expect(broken?.get('bandwidth_limit')?.origin).toEqual({kind: 'default'});
  expect(tasks[1]?.errors).toContainEqual(expect.stringContaining('source_path'));
});

it('tells what stands for an unset key here and now', async () => {
  const ends = 'target_path = /t/{volume}\napply_patch_in_place = yes\n';
  const text = `[one]\nsource_path = /dev/vg0/home\n${ends}[many]\nsource_path = /dev/vg0/vm-*\n${ends}`;
  const used = async (surroundings: Parameters<typeof explainConfiguration>[2]): Promise<unknown> => {
    const file = join(await temporaryFolder(), 'main.conf');
    await writeFile(file, text);
    const {tasks} = await explainConfiguration(file, [], surroundings);
    return tasks.map(({values}) =>
      values.filter(({key}) => ['state_dir', 'lvm_snapshot_name'].includes(key)).map(({value}) => value),
    );
  };
  expect(await used({...SURROUNDINGS, defaultStateDir: () => '/run/own'})).toEqual([
    ['bdsync-snapshot', '/run/own'],
    ['{volume}-bdsync', '/run/own'],
  ]);
  expect(await used({...SURROUNDINGS, defaultStateDir: () => undefined})).toEqual([
    ['bdsync-snapshot', expect.stringContaining('for root, else')],
    ['{volume}-bdsync', expect.stringContaining('for root, else')],
  ]);
});

it('shows no secret', async () => {
  const {tasks} = await explained({'main.conf': MAIN, 'more.conf': MORE});
  expect(JSON.stringify(tasks)).not.toContain('secret-word');
  expect(tasks[0]?.values.find(({key}) => key === 'ping_url')?.value).toBe('(not shown)');
});

it('tells of the tasks that are named, and refuses a name that there is not', async () => {
  const files = {'main.conf': MAIN, 'more.conf': MORE};
  expect((await explained(files, ['broken'])).tasks.map(({task}) => task)).toEqual(['broken']);
  await expect(explained(files, ['hone'])).rejects.toMatchObject({
    code: 'unknown-task',
    message: "unknown task 'hone'",
    hint: expect.stringContaining('has the tasks home, broken'),
  });
});
