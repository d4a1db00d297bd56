import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import {selectTasks} from '#dist/tasks/select.js';
import {type KnownPath, type ServiceNeeds, serviceNeeds} from '#dist/tasks/schedule/service-needs.js';
import {SURROUNDINGS} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {writeConfig} from '../../support/write-config.js';

const SURROUNDED = {...SURROUNDINGS, defaultStateDir: () => '/var/lib/bdsync-manager'};
const REMOTE = {connection_command: 'ssh backup@store', target_path: 'x.img', target_patch_dir: 'in'};
const LOCAL = {source_path: '/srv/a.img', target_path: '/srv/copies/a.img', apply_patch_in_place: 'yes'};
const SNAPSHOT = {lvm_snapshot_enabled: 'yes', lvm_snapshot_size: '1G'};

/** Everything with `.img` in its name is a file, unless it is missing. */
async function look(path: string): Promise<KnownPath> {
  if (path.includes('missing')) return {kind: 'missing', realPath: path};
  return {kind: path.endsWith('.img') ? 'file' : 'device', realPath: path};
}

async function needsOf(
  section: Readonly<Record<string, string>>,
  options: {more?: string[]; look?: typeof look} = {},
): Promise<ServiceNeeds> {
  const file = await writeConfig(join(await temporaryFolder(), 'x.conf'), {task: section});
  const configuration = await loadConfiguration(file, SURROUNDED);
  expect(configuration.tasks.map(({state}) => state)).not.toContain('invalid');
  return await serviceNeeds(selectTasks(configuration, []), options.more ?? [], options.look ?? look);
}

describe('a task', () => {
  test('from image to image needs its folder, and nothing else', async () => {
    expect(await needsOf(LOCAL)).toEqual({
      foreignPrograms: [],
      lvm: false,
      devices: false,
      ssh: false,
      network: false,
      writesHere: true,
      writableFolders: ['/srv/copies'],
      temporaryFolders: false,
      cleanUpMs: 0,
    });
  });

  test('to another machine writes nothing here', async () => {
    const needs = await needsOf({source_path: '/srv/a.img', ...REMOTE});
    expect(needs).toMatchObject({ssh: true, network: true, writesHere: false, writableFolders: [], devices: false});
  });

  test('with a patch folder, a state folder of its own and metrics writes there as well', async () => {
    const more = {
      apply_patch_in_place: 'no',
      target_patch_dir: '/srv/patches',
      state_dir: '/srv/state',
      metrics_file: '/srv/m/x.prom',
    };
    const {writableFolders} = await needsOf({...LOCAL, ...more});
    expect(writableFolders).toEqual(['/srv/state', '/srv/m', '/srv/copies', '/srv/patches']);
  });

  test.each([
    ['a disk as its source', {...LOCAL, source_path: '/dev/sda'}],
    ['a link to what is no file as its target', {...LOCAL, target_path: '/srv/link'}],
    ['a source in /dev that is missing now', {...LOCAL, source_path: '/dev/missing'}],
    ['a pattern of volumes', {...LOCAL, source_path: '/dev/vg0/vm-*', target_path: '/srv/{volume}.img'}],
  ])('with %s needs devices', async (_what, section) => {
    expect(await needsOf(section)).toMatchObject({devices: true});
  });

  test('of which an image is missing now does not', async () => {
    expect(await needsOf({...LOCAL, target_path: '/srv/missing.img'})).toMatchObject({devices: false});
  });

  test.each([
    ['a snapshot', {...LOCAL, source_path: '/dev/vg0/a', ...SNAPSHOT}, true],
    ['a pattern of volumes', {...LOCAL, source_path: '/dev/vg0/vm-*', target_path: '/srv/{volume}.img'}, true],
    ['a volume to create', {...LOCAL, target_path: '/dev/vg1/a', create_target_if_missing: 'yes'}, true],
    ['a volume to grow', {...LOCAL, target_path: '/dev/vg1/a', grow_target: 'yes'}, true],
    ['a volume as it is', {...LOCAL, target_path: '/dev/vg1/a'}, false],
    [
      'a volume to create elsewhere',
      {...REMOTE, source_path: '/srv/a.img', target_path: '/dev/vg1/a', grow_target: 'yes'},
      false,
    ],
  ])('with %s: whether it needs LVM', async (_what, section, lvm) => {
    expect(await needsOf(section)).toMatchObject({lvm});
  });

  test.each([
    ['on_failure', {...LOCAL, on_failure: '/bin/x'}],
    ['mail_to', {...LOCAL, mail_to: 'root'}],
    ['on_start', {...LOCAL, on_start: '/bin/x'}],
    ['before_snapshot', {...LOCAL, source_path: '/dev/vg0/a', ...SNAPSHOT, before_snapshot: '/bin/x'}],
    ['connection_command', {...REMOTE, source_path: '/srv/a.img', connection_command: 'docker exec -i x'}],
    ['local_bdsync_bin', {...LOCAL, local_bdsync_bin: '/usr/bin/bdsync'}],
  ])('with %s starts programs of which nothing is known', async (key, section) => {
    expect((await needsOf(section)).foreignPrograms).toEqual([key]);
  });

  test('with a monitor needs the network', async () => {
    expect(await needsOf({...LOCAL, ping_url: 'https://hc.example.org/x'})).toMatchObject({network: true, ssh: false});
  });

  test('with a hook after its snapshot takes that time to be stopped', async () => {
    const section = {...LOCAL, source_path: '/dev/vg0/a', ...SNAPSHOT, after_snapshot: '/bin/x'};
    expect(await needsOf({...section, snapshot_hook_timeout: '2m'})).toMatchObject({cleanUpMs: 120_000});
    expect(await needsOf({...section, snapshot_hook_timeout: '0'})).toMatchObject({
      cleanUpMs: Number.POSITIVE_INFINITY,
    });
  });

  test('that is disabled needs nothing', async () => {
    expect(await needsOf({...REMOTE, source_path: '/dev/sda', disabled: 'yes'})).toMatchObject({
      devices: false,
      network: false,
    });
  });
});

test('what is below /tmp or /var/tmp is to be seen, be it of a task or a program', async () => {
  expect(await needsOf({...LOCAL, target_path: '/var/tmp/a.img'})).toMatchObject({temporaryFolders: true});
  expect(await needsOf(LOCAL, {more: ['/tmp/node']})).toMatchObject({temporaryFolders: true});
  expect(await needsOf(LOCAL, {more: ['/tmpfs/node']})).toMatchObject({temporaryFolders: false});
});

test('a link is followed to where the image is, or is going to be', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'link'));
  await writeFile(join(folder, 'real/a.img'), '');
  await symlink(join(folder, 'real/a.img'), join(folder, 'a.img'));
  const configuration = await loadConfiguration(
    await writeConfig(join(folder, 'x.conf'), {
      there: {...LOCAL, target_path: join(folder, 'a.img')},
      later: {...LOCAL, target_path: join(folder, 'link/b.img')},
    }),
    SURROUNDED,
  );
  const {writableFolders, devices} = await serviceNeeds(selectTasks(configuration, []), []);
  expect(writableFolders).toEqual([folder, join(folder, 'real'), join(folder, 'link')]);
  expect(devices).toBe(false);
});
