import {describe, expect, it} from 'vitest';
import {parseLvsReport} from '#dist/lvm/lvs-report.js';
import {recordedReport} from '../support/scripted-lvm.js';

async function volumes(name: string) {
  return parseLvsReport(await recordedReport(name));
}

describe('parseLvsReport', () => {
  it('reads a group, one entry a volume, however many segments it has', async () => {
    const group = await volumes('group');
    const names = group.map((volume) => volume.name).join(' ');
    expect(names).toBe('home home-snapshot pool thin thin-snapshot with-dash');
    expect(group[0]).toEqual({
      vg: 'vg0',
      name: 'home',
      uuid: 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf',
      path: '/dev/vg0/home',
      mapperPath: '/dev/mapper/vg0-home',
      sizeBytes: 48 * 2 ** 20,
      layout: ['linear'],
      pool: undefined,
      origin: undefined,
      originUuid: undefined,
      tags: [],
      isActive: true,
      snapshotState: 'unknown',
      usedPercent: undefined,
      health: '',
      zeroesNewChunks: false,
      createdAt: new Date('2026-11-21T01:46:12Z'),
    });
    expect(group[5]).toMatchObject({path: '/dev/vg0/with-dash', mapperPath: '/dev/mapper/vg0-with--dash'});
  });

  it('reads a classic snapshot', async () => {
    expect((await volumes('group'))[1]).toMatchObject({
      name: 'home-snapshot',
      sizeBytes: 8 * 2 ** 20,
      origin: 'home',
      originUuid: 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf',
      tags: ['bdsync-manager', 'bdsync-manager.run=4f1c', 'bdsync-manager.task=home'],
      isActive: true,
      snapshotState: 'valid',
      usedPercent: 15.77,
    });
  });

  it('reads a pool, a thin volume and its snapshot', async () => {
    const [, , pool, thin, snapshot] = await volumes('group');
    expect(pool).toMatchObject({path: undefined, layout: ['thin', 'pool'], pool: undefined});
    expect(thin).toMatchObject({path: '/dev/vg0/thin', layout: ['thin', 'sparse'], pool: 'pool', origin: undefined});
    expect(snapshot).toMatchObject({pool: 'pool', origin: 'thin', originUuid: thin?.uuid, snapshotState: 'unknown'});
  });

  it('tells an overflowed snapshot, also a suspended one', async () => {
    expect(await volumes('overflowed')).toMatchObject([{snapshotState: 'invalid', usedPercent: 100, isActive: true}]);
    expect(await volumes('overflowed-suspended')).toMatchObject([{snapshotState: 'invalid'}]);
  });

  it('does not take an unknown state for a valid one', async () => {
    expect(await volumes('inactive')).toMatchObject([
      {origin: 'home', snapshotState: 'unknown', isActive: false, usedPercent: undefined},
    ]);
  });

  it('tells an overflow by lv_attr alone, where lv_snapshot_invalid has another form', async () => {
    const text = (await recordedReport('overflowed')).replace('"snapshot invalid"', '"1"');
    expect(parseLvsReport(text)).toMatchObject([{snapshotState: 'invalid'}]);
    const valid = (await recordedReport('group')).replace('"lv_snapshot_invalid":""', '"lv_snapshot_invalid":"0"');
    expect(parseLvsReport(valid)[1]?.snapshotState).toBe('unknown');
  });

  it('reads an empty report', async () => {
    expect(await volumes('no-such-group')).toEqual([]);
  });

  it.each([
    ['no JSON', '  LVM version: 2.03\n', 'it is not JSON'],
    ['another document', '{"log": []}', "it has no list 'report'"],
    ['a report of groups', '{"report": [{"vg": []}]}', "it has no list 'lv'"],
    ['no object', '{"report": [{"lv": [7]}]}', 'it has no '],
  ])('refuses %s', (_, text, trouble) => {
    expect(() => parseLvsReport(text)).toThrow(trouble);
    expect(() => parseLvsReport(text)).toThrow(expect.objectContaining({code: 'lvm-report'}));
  });

  it('refuses a report that lacks any one of the fields', async () => {
    const text = await recordedReport('overflowed');
    const fields = [...text.matchAll(/"(\w+)":"/g)].map((match) => match[1] ?? '');
    expect(fields).toHaveLength(16);
    for (const field of fields) {
      expect(() => parseLvsReport(text.replace(`"${field}"`, '"other"'))).toThrow(`it has no ${field}`);
    }
  });

  it.each([
    ['lv_size', '8.00m'],
    ['data_percent', '100,00'],
    ['lv_time', '2026-11-21 01:46:13 +0000'],
  ])('refuses %s in another form', async (field, value) => {
    const text = (await recordedReport('overflowed')).replace(
      new RegExp(`"${field}":"[^"]*"`),
      `"${field}":"${value}"`,
    );
    expect(() => parseLvsReport(text)).toThrow(`${field} is '${value}'`);
  });
});
