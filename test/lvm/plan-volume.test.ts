import {describe, expect, it} from 'vitest';
import {createVolume} from '#dist/lvm/create-volume.js';
import {extendVolume} from '#dist/lvm/extend-volume.js';
import {findGroup} from '#dist/lvm/find-group.js';
import {parseLvsReport} from '#dist/lvm/lvs-report.js';
import {planExtension} from '#dist/lvm/plan-extension.js';
import {planVolume} from '#dist/lvm/plan-volume.js';
import {parseVgsReport, wholeExtents} from '#dist/lvm/vgs-report.js';
import {recordedReport, reportOf, scriptedLvm, type Step} from '../support/scripted-lvm.js';

const MIB = 2 ** 20;
const GROUP: Step = ['vgs', async () => ({stdout: await recordedReport('volume-group')})];
const ALL: Step = ['lvs', async () => ({stdout: await recordedReport('group')})];
const REQUEST = {vg: 'vg0', name: 'copy', sizeBytes: 10 * MIB, pool: undefined};
const PLANNED = {...REQUEST, sizeBytes: 12 * MIB, extents: 3, freeBytes: 364 * MIB};

async function volume(name: string) {
  const [found] = parseLvsReport((await reportOf('group', [name])).stdout);
  if (found === undefined) throw new Error(`no ${name} was recorded`);
  return found;
}

describe('a volume group', () => {
  it('is read from a recorded report', async () => {
    const [group] = parseVgsReport(await recordedReport('volume-group'));
    expect(group).toEqual({name: 'vg0', extentBytes: 4 * MIB, freeBytes: 364 * MIB});
    expect([1, 4 * MIB, 4 * MIB + 1].map((bytes) => group && wholeExtents(group, bytes) / MIB)).toEqual([4, 4, 8]);
  });

  it('is missing only when LVM says so', async () => {
    const empty = '{"report": [{"vg": []}]}';
    const missing = '  Volume group "vg0" not found\n  Cannot process volume group vg0\n';
    const {lvm} = scriptedLvm([
      ['vgs', {status: 5, stdout: empty, stderr: missing}],
      [
        'vgs',
        {
          status: 5,
          stdout: empty,
          stderr: "  /run/lock/lvm/V_vg0:aux: open failed: Permission denied\n  Can't get lock for vg0.\n",
        },
      ],
      ['vgs', {status: 3, stdout: '', stderr: '  Unrecognised field: vg_size\n'}],
    ]);
    await expect(findGroup(lvm, 'vg0')).rejects.toMatchObject({code: 'volume-group-missing'});
    await expect(findGroup(lvm, 'vg0')).rejects.toMatchObject({code: 'lvm-denied'});
    await expect(findGroup(lvm, 'vg0')).rejects.toMatchObject({code: 'lvm-failed'});
  });
});

describe('a new volume', () => {
  it('has whole extents, and is created by its number of them, tagged, and not interrupted', async () => {
    const {lvm, calls} = scriptedLvm([GROUP, ALL, ['lvcreate', {}], ['lvs', () => reportOf('group', ['home'])]]);
    const planned = await planVolume(lvm, REQUEST, new AbortController().signal);
    expect(planned).toEqual(PLANNED);
    await createVolume(lvm, planned, ['a-tag']);
    expect(calls[2]?.words.join(' ')).toBe(
      'lvcreate --yes --type linear --zero y --wipesignatures y --extents 3 --name copy --addtag a-tag -- vg0',
    );
    expect(calls.map(({signal}) => signal === undefined)).toEqual([false, false, true, true]);
    expect(calls[2]?.timeoutMs).toBeUndefined();
  });

  it('in a thin pool may be larger than what the pool has free', async () => {
    const {lvm, calls} = scriptedLvm([GROUP, ALL, ['lvcreate', {}], ['lvs', () => reportOf('group', ['thin'])]]);
    const planned = await planVolume(lvm, {...REQUEST, sizeBytes: 100 * 1024 * MIB + 1, pool: 'pool'});
    expect(planned).toMatchObject({sizeBytes: 100 * 1024 * MIB + 4 * MIB, freeBytes: expect.any(Number)});
    expect(planned.freeBytes).toBeLessThan(64 * MIB);
    await createVolume(lvm, planned, []);
    expect(calls[2]?.words.join(' ')).toBe(
      'lvcreate --yes --type thin --thinpool pool --virtualsize 107378376704b --name copy -- vg0',
    );
  });

  it.each([
    [
      'volume-group-full',
      {sizeBytes: 373 * MIB},
      'the volume group vg0 has no room for vg0/copy: 376.0MiB needed, 364.0MiB free',
    ],
    ['volume-name-taken', {name: 'home'}, 'the group vg0 has a volume home already'],
    ['thin-pool-missing', {pool: 'nopool'}, 'the group vg0 has no thin pool nopool'],
    ['thin-pool-missing', {pool: 'home'}, 'the group vg0 has no thin pool home'],
  ] as const)('is refused: %s', async (code, changes, message) => {
    const {lvm} = scriptedLvm([GROUP, ALL]);
    await expect(planVolume(lvm, {...REQUEST, ...changes})).rejects.toMatchObject({code, message});
  });

  it('is refused in a pool that leaves old data between the new', async () => {
    const {lvm} = scriptedLvm([GROUP, ['lvs', () => reportOf('group', ['pool'], {lv_attr: 'twi-aot---'})]]);
    await expect(planVolume(lvm, {...REQUEST, pool: 'pool'})).rejects.toMatchObject({
      code: 'thin-pool-unfit',
      hint: expect.stringContaining('lvchange --zero y vg0/pool'),
    });
  });

  it.each([
    ['volume-name-taken', '  Logical Volume "copy" already exists in volume group "vg0"\n'],
    ['thin-pool-missing', '  Pool pool not found in Volume group vg0.\n'],
    ['lvm-failed', '  Names including "_tmeta" are reserved. Please choose a different LV name.\n'],
  ])('fails with %s when lvcreate says so', async (code, stderr) => {
    const {lvm} = scriptedLvm([['lvcreate', {status: 5, stderr}]]);
    await expect(createVolume(lvm, {...PLANNED, pool: 'pool'}, [])).rejects.toMatchObject({code});
  });
});

describe('a volume that grows', () => {
  it('gets whole extents, by their number', async () => {
    const larger = () => reportOf('group', ['with-dash'], {lv_size: String(20 * MIB)});
    const {lvm, calls} = scriptedLvm([
      GROUP,
      ALL,
      ['lvs', () => reportOf('group', ['with-dash'])],
      ['lvextend', {}],
      ['lvs', larger],
    ]);
    const planned = await planExtension(lvm, await volume('with-dash'), 16 * MIB + 1);
    expect(planned).toMatchObject({sizeBytes: 20 * MIB, extents: 5});
    expect(await extendVolume(lvm, planned)).toMatchObject({sizeBytes: 20 * MIB});
    expect(calls[3]).toMatchObject({words: ['lvextend', '--extents', '5', '--', 'vg0/with-dash'], signal: undefined});
  });

  it('may be thin, whatever the group has free', async () => {
    const {lvm} = scriptedLvm([GROUP]);
    expect(await planExtension(lvm, await volume('thin'), 2 ** 40)).toMatchObject({sizeBytes: 2 ** 40});
  });

  it.each([
    ['home', 'volume-not-extensible', 'vg0/home has the snapshot vg0/home-snapshot'],
    ['home-snapshot', 'volume-not-extensible', 'vg0/home-snapshot is a snapshot: its size is that of its origin'],
    [
      'with-dash',
      'volume-group-full',
      'the volume group vg0 has no room for vg0/with-dash: 496.0MiB needed, 364.0MiB free',
    ],
  ])('is refused: %s, %s', async (name, code, message) => {
    const {lvm} = scriptedLvm([GROUP, ALL].slice(name === 'home-snapshot' ? 2 : 0));
    await expect(planExtension(lvm, await volume(name), 512 * MIB)).rejects.toMatchObject({code, message});
  });

  it('is left alone when another volume has its name by now', async () => {
    const {lvm, calls} = scriptedLvm([['lvs', () => reportOf('group', ['with-dash'], {lv_uuid: 'another'})]]);
    const extension = {volume: await volume('with-dash'), sizeBytes: 20 * MIB, extents: 5};
    await expect(extendVolume(lvm, extension)).rejects.toMatchObject({code: 'volume-not-extensible'});
    expect(calls).toHaveLength(1);
  });
});
