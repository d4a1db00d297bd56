import {describe, expect, it} from 'vitest';
import {extendSnapshot} from '#dist/lvm/extend-snapshot.js';
import {poolFill} from '#dist/lvm/pool-fill.js';
import {reportOf, scriptedLvm, type Step} from '../support/scripted-lvm.js';

const SNAPSHOT = {
  vg: 'vg0',
  name: 'home-snapshot',
  uuid: 'G5kP1p-eBSZ-fx04-zpiN-eQhF-oNoE-GPyuWm',
  originUuid: 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf',
  tags: ['bdsync-manager', 'bdsync-manager.run=4f1c'],
};
const MIB = 2 ** 20;
const NOTHING = {stdout: '{"report": [{"lv": []}]}'};
const REFUSED = {status: 5, stderr: '  Insufficient free space: 10 extents needed, but only 7 available\n'};

const found = (changes: Readonly<Record<string, string>> = {}): Step => [
  'lvs',
  () => reportOf('group', ['home-snapshot'], changes),
];
const sized = (bytes: number): Step => found({lv_size: String(bytes)});

describe('extendSnapshot', () => {
  it('adds room, and is not interrupted meanwhile', async () => {
    const {lvm, calls} = scriptedLvm([sized(8 * MIB), ['lvextend', {}], sized(12 * MIB)]);
    expect(await extendSnapshot(lvm, SNAPSHOT, 1.5 * MIB + 0.2)).toEqual({outcome: 'extended', roomBytes: 12 * MIB});
    expect(calls[1]).toMatchObject({
      words: ['lvextend', '--yes', '--size', '+1572865b', '--', 'vg0/home-snapshot'],
      signal: undefined,
      timeoutMs: undefined,
    });
  });

  it('takes what the group has left when that is less', async () => {
    const steps: Step[] = [sized(8 * MIB), ['lvextend', REFUSED], ['lvextend', {}], sized(9 * MIB)];
    const {lvm, calls} = scriptedLvm(steps);
    expect(await extendSnapshot(lvm, SNAPSHOT, 4 * MIB)).toEqual({outcome: 'group-full', roomBytes: 9 * MIB});
    expect(calls[2]?.words).toContain('+100%FREE');
  });

  it('says so when the group has nothing left', async () => {
    const unchanged = {status: 5, stderr: '  New size (2 extents) matches existing size (2 extents).\n'};
    const {lvm} = scriptedLvm([sized(8 * MIB), ['lvextend', REFUSED], ['lvextend', unchanged], sized(8 * MIB)]);
    expect(await extendSnapshot(lvm, SNAPSHOT, 4 * MIB)).toEqual({outcome: 'group-full', roomBytes: 8 * MIB});
  });

  it('says so when it has room for everything', async () => {
    const {lvm} = scriptedLvm([sized(52 * MIB), ['lvextend', {}], sized(52 * MIB)]);
    expect(await extendSnapshot(lvm, SNAPSHOT, 4 * MIB)).toEqual({outcome: 'whole', roomBytes: 52 * MIB});
  });

  it.each([
    ['has another name', found({lv_name: 'other'}), 'its name was home-snapshot'],
    ['is of another volume', found({origin_uuid: 'x'}), 'it is not a snapshot of the same volume'],
    ['does not carry the tags', found({lv_tags: 'bdsync-manager'}), 'it does not carry the tags'],
  ])('leaves one alone that %s', async (_, look, message) => {
    const {lvm, calls} = scriptedLvm([look]);
    const extending = extendSnapshot(lvm, SNAPSHOT, MIB);
    await expect(extending).rejects.toMatchObject({code: 'snapshot-not-ours'});
    await expect(extending).rejects.toThrow(message);
    expect(calls).toHaveLength(1);
  });

  it('does nothing when it is gone', async () => {
    const {lvm} = scriptedLvm([['lvs', NOTHING]]);
    await expect(extendSnapshot(lvm, SNAPSHOT, MIB)).rejects.toMatchObject({code: 'snapshot-lost'});
  });

  it('tells why LVM refused', async () => {
    const failed = {status: 5, stderr: "  Can't get lock for vg0.\n"};
    const {lvm} = scriptedLvm([sized(8 * MIB), ['lvextend', failed], sized(8 * MIB)]);
    await expect(extendSnapshot(lvm, SNAPSHOT, MIB)).rejects.toMatchObject({
      code: 'lvm-failed',
      message: "cannot extend the snapshot vg0/home-snapshot: Can't get lock for vg0",
    });
  });
});

describe('poolFill', () => {
  it('is the fill of the data and of the metadata', async () => {
    const {lvm} = scriptedLvm([['lvs', {stdout: '  93.75 10.84\n'}]]);
    expect(await poolFill(lvm, 'vg0/pool')).toEqual({dataPercent: 93.75, metadataPercent: 10.84});
  });

  it.each(['', '  \n', '  93.75 \n', 'a b'])('is unknown when lvs says %j', async (stdout) => {
    const {lvm} = scriptedLvm([['lvs', {stdout}]]);
    await expect(poolFill(lvm, 'vg0/pool')).rejects.toMatchObject({code: 'lvm-report'});
  });
});
