import {describe, expect, test} from 'vitest';
import {taskConfigFrom} from '#dist/tasks/config/configuration.js';
import {errorsOf, readConfig, SURROUNDINGS} from '../../support/read-config.js';

const ENDS = 'source_path = /dev/vg0/vm-*\ntarget_path = images/{volume}.img\napply_patch_in_place = yes\n';
const SNAPSHOT = 'lvm_snapshot_enabled = yes\nlvm_snapshot_size = 1G\n';

async function errorsIn(text: string): Promise<string[]> {
  return errorsOf(await readConfig(`[vms]\n${text}`))['vms'] ?? [];
}

describe('a section with a pattern of volumes', () => {
  test('keeps what stands for a volume, and has a snapshot name for each', async () => {
    const {tasks} = await readConfig(
      `[vms]\n${ENDS}${SNAPSHOT}source_exclude = *-swap, vm-t?st\nsource_include = vm-[a-m]* vm-x\n` +
        'lvm_snapshot_together = yes\nlvm_program_path = /usr/sbin/lvm\n',
    );
    expect(tasks).toMatchObject([
      {
        state: 'set',
        name: 'vms',
        config: {targetPath: 'images/{volume}.img', lvmSnapshot: {name: '{volume}-bdsync'}},
        set: {
          group: 'vg0',
          pattern: 'vm-*',
          include: ['vm-[a-m]*', 'vm-x'],
          exclude: ['*-swap', 'vm-t?st'],
          lvmProgramPath: '/usr/sbin/lvm',
          snapshotsTogether: true,
        },
      },
    ]);
  });

  test('needs LVM also without snapshots', async () => {
    const {tasks} = await readConfig(`[vms]\n${ENDS}lvm_program_path = /opt/lvm\nlvm_snapshot_together = yes\n`);
    expect(tasks).toMatchObject([
      {state: 'set', config: {lvmSnapshot: undefined}, set: {lvmProgramPath: '/opt/lvm', snapshotsTogether: false}},
    ]);
  });

  test.each([
    ['/dev/vg0/odd[1]', 'a volume or link of just this name'],
    ['/srv/images/*.img', 'files'],
    ['/dev/disk/by-id/*', 'other folders'],
    ['/dev/sd?', 'devices'],
    ['./vg0/*', 'relative paths'],
  ])('is none where %s stands for %s', async (path) => {
    const text = ENDS.replace('/dev/vg0/vm-*', path).replace('{volume}.img', '{volume}');
    const {tasks} = await readConfig(`[t]\n${text}source_exclude = nothing\n`);
    expect(tasks).toMatchObject([{state: 'valid', config: {sourcePath: path, targetPath: 'images/{volume}'}}]);
  });

  test.each([
    [
      ENDS.replace('{volume}', 'all'),
      'x.conf:3: [vms] target_path: all volumes of source_path would be written to this one target (name each by the word {volume}: images/{volume}.img, say)',
    ],
    [ENDS.replace('vm-*', 'vm-[*'), "x.conf:2: [vms] source_path: 'vm-[*' has a '[' without a ']'"],
    [
      `${ENDS}source_exclude = vm/a\n`,
      "x.conf:5: [vms] source_exclude: 'vm/a' matches no volume: their names have letters, digits and + _ . - only (as wildcards there are *, ? and [...])",
    ],
    [
      `${ENDS}${SNAPSHOT}lvm_snapshot_name = {volume}\n`,
      "x.conf:7: [vms] lvm_snapshot_name: '{volume}' is the name of the volume itself",
    ],
    [
      `${ENDS}${SNAPSHOT}lvm_snapshot_name = snapshot-{volume}\n`,
      "x.conf:7: [vms] lvm_snapshot_name: 'snapshot-{volume}' is no name for a volume: letters, digits and + _ . - only, no '-' first, not beginning with 'snapshot' or 'pvmove'",
    ],
    [
      `${ENDS}${SNAPSHOT}lvm_snapshot_name = night\nlvm_snapshot_together = yes\n`,
      'x.conf:7: [vms] lvm_snapshot_name: must have the word {volume}: lvm_snapshot_together is on (leave it empty for {volume}-bdsync)',
    ],
  ])('is refused with %j', async (text, message) => {
    expect(await errorsIn(text)).toEqual([message]);
  });

  test('may use one snapshot name for all where one comes after the other', async () => {
    expect(await errorsIn(`${ENDS}${SNAPSHOT}lvm_snapshot_name = night\n`)).toEqual([]);
  });

  test('is none of a single task', () => {
    const values = {source_path: '/dev/vg0/*', target_path: '/srv/{volume}', apply_patch_in_place: 'yes'};
    expect(() => taskConfigFrom('t', values, undefined, SURROUNDINGS)).toThrow(
      "--source-path: '/dev/vg0/*' stands for many volumes, and this is a task for one",
    );
    const existing = {...values, source_path: '/dev/vg0/odd[1]'};
    expect(taskConfigFrom('t', existing, undefined, SURROUNDINGS).targetPath).toBe('/srv/{volume}');
  });
});
