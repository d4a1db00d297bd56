import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import type {TaskConfig} from '#dist/tasks/config/task-config.js';
import {errorsOf, SURROUNDINGS} from '../../support/read-config.js';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.conf'));

test('there are examples', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'encrypted-volume.conf',
      'local-disk-to-disk.conf',
      'nightly-lvm-host.conf',
      'virtual-machines.conf',
    ]),
  );
});

describe.each(files)('%s', (name) => {
  test('has no errors and no warnings', async () => {
    const configuration = await loadConfiguration(folder + name, SURROUNDINGS);
    expect(errorsOf(configuration)).toEqual({});
    expect([...configuration.warnings, ...configuration.tasks.flatMap(({warnings}) => warnings)]).toEqual([]);
  });
});

describe('what an example promises is so:', () => {
  test('the encrypted volume is copied as ciphertext, with a strong digest, through a patch file', async () => {
    const {documents} = await tasksOf('encrypted-volume.conf');
    expect(documents).toMatchObject({
      applyPatchInPlace: false,
      bdsyncArgs: {hash: 'sha256'},
      targetPatchDir: 'incoming',
    });
    expect(documents?.sourcePath).not.toContain('/dev/mapper');
  });

  test('disk to disk is local and in place', async () => {
    const tasks = await tasksOf('local-disk-to-disk.conf');
    for (const task of Object.values(tasks))
      expect(task).toMatchObject({connectionCommand: [], applyPatchInPlace: true});
    expect(tasks['virtual-machine']?.sourcePath).toBe('/home/me/images/desktop.img');
  });

  test('the nightly host limits its rate, but not to the next room', async () => {
    const tasks = await tasksOf('nightly-lvm-host.conf');
    expect(tasks['home']).toMatchObject({bandwidthLimitBytesPerSecond: 4 * 1024 ** 2, lvmSnapshot: {size: '5G'}});
    expect(tasks['mail']).toMatchObject({lvmSnapshot: {size: '20%ORIGIN'}});
    expect(tasks['boot']?.lvmSnapshot).toBeUndefined();
    expect(tasks['home-next-door']).toMatchObject({
      bandwidthLimitBytesPerSecond: undefined,
      createTargetIfMissing: false,
    });
    expect(tasks['scratch']).toMatchObject({disabled: true});
  });

  test('the volumes of an application have their snapshots taken together, under one hook', async () => {
    const {tasks} = await loadConfiguration(`${folder}virtual-machines.conf`, SURROUNDINGS);
    expect(tasks).toMatchObject([
      {state: 'set', name: 'vms', set: {pattern: 'vm-*', snapshotsTogether: false}},
      {
        state: 'set',
        name: 'shop',
        set: {include: ['shop-data', 'shop-files', 'shop-journal'], snapshotsTogether: true},
        config: {lvmSnapshot: {name: '{volume}-bdsync', hooks: {before: ['/usr/local/sbin/shop-hold']}}},
      },
    ]);
  });
});

async function tasksOf(name: string): Promise<Record<string, TaskConfig>> {
  const {tasks} = await loadConfiguration(folder + name, SURROUNDINGS);
  const configs = tasks.flatMap((task) => (task.state === 'valid' ? [task.config] : []));
  return Object.fromEntries(configs.map((config) => [config.name, config]));
}
