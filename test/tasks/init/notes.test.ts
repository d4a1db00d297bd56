import {describe, expect, test} from 'vitest';
import type {SourceLook} from '#dist/tasks/init/look-at-source.js';
import type {LookedTarget} from '#dist/tasks/init/look-at-target.js';
import {noteSource} from '#dist/tasks/init/note-source.js';
import {noteTarget} from '#dist/tasks/init/note-target.js';
import {suggestName} from '#dist/tasks/init/suggest-name.js';
import {parseContent} from '#dist/tasks/init/target-content.js';
import {IDLE_DEVICE} from '../../support/idle-device.js';

const GIB = 2 ** 30;
const VOLUME: SourceLook = {
  path: '/dev/vg0/home',
  sizeBytes: 20 * GIB,
  use: {...IDLE_DEVICE, mountPoints: ['/home']},
  volume: {kind: 'thick', group: 'vg0', freeBytes: 3 * GIB},
};
const messages = (...args: Parameters<typeof noteSource>): string[] => noteSource(...args).map(({message}) => message);

describe('what is said of a source', () => {
  test('nothing, where a snapshot of it has room, or nobody uses it', () => {
    expect(noteSource(VOLUME, {size: '10%ORIGIN'})).toEqual([]);
    expect(noteSource({...VOLUME, volume: {kind: 'thin'}}, {size: undefined})).toEqual([]);
    expect(noteSource({...VOLUME, use: IDLE_DEVICE}, undefined)).toEqual([]);
    expect(noteSource({...VOLUME, use: undefined, volume: undefined}, undefined)).toEqual([]);
  });

  test('that it is in use and read as it is, with a remedy that it can have', () => {
    const used = {...VOLUME, use: {...VOLUME.use, ...IDLE_DEVICE, mountPoints: ['/'], usedBy: ['vg0-root']}};
    expect(noteSource(used, undefined)).toEqual([
      {
        message: expect.stringContaining('is mounted on /, used by vg0-root, and read while it changes'),
        hint: expect.stringContaining('--snapshot 10%ORIGIN'),
      },
    ]);
    const [note] = noteSource({...used, volume: undefined}, undefined);
    expect(note?.hint).toMatch(/^copy it while nothing writes to it/);
  });

  test.each([
    ['20%ORIGIN', '4.0GiB'],
    ['20%origin', '4.0GiB'],
    ['5G', '5.0GiB'],
    ['4096', '4.0GiB'],
    ['4294967296b', '4.0GiB'],
    ['8388608s', '4.0GiB'],
  ])('that there is no room for a snapshot of %s', (size, wanted) => {
    expect(messages(VOLUME, {size})).toEqual([
      `the snapshot wants ${wanted}, and the volume group vg0 has 3.0GiB free`,
    ]);
  });

  test.each(['50%FREE', '3G', '3072', '15%ORIGIN'])('nothing of a snapshot of %s, which fits', (size) => {
    expect(messages(VOLUME, {size})).toEqual([]);
  });

  test('that it is swap space', () => {
    expect(messages({...VOLUME, use: {...IDLE_DEVICE, isSwap: true}}, {size: '1G'})).toEqual([
      expect.stringContaining('is swap space'),
    ]);
  });
});

const look = (target: LookedTarget | undefined) =>
  ({hostName: 'ssh store', isLocal: false, reach: 'reached', bdsync: undefined, troubles: [], target}) as const;

describe('what is said of a target', () => {
  const device = {kind: 'present', deviceKind: 'block', sizeBytes: GIB} as const;

  test.each([
    ['ext4', 'a device of 1.0GiB, and holds ext4: a run overwrites it'],
    [undefined, 'a device of 1.0GiB: a run overwrites it'],
  ])('that what is on it is gone: %s', (content, words) => {
    const [note] = noteTarget('/dev/sdb', look({...device, content}));
    expect(note?.message).toBe(`the target /dev/sdb on ssh store is there already, ${words}`);
  });

  test('nothing, where nothing is', () => {
    expect(noteTarget('/x', look(undefined))).toEqual([]);
    expect(noteTarget('/x', look({kind: 'missing', creatable: 'file'}))).toEqual([]);
    expect(noteTarget('/x', look({...device, deviceKind: 'file', sizeBytes: 0, content: undefined}))).toEqual([]);
  });

  test.each([
    ['DEVNAME=/dev/sdb\nUUID=1\nBLOCK_SIZE=4096\nTYPE=ext4\n', 'ext4'],
    ['DEVNAME=x\nTYPE=LVM2_member\n', 'LVM2_member'],
    ['DEVNAME=x\nPTUUID=1\nPTTYPE=gpt\n', 'a partition table (gpt)'],
    ['', undefined],
    ['NOTTYPE=x\nTYPE=\u001b[2J\n', undefined],
  ])('blkid that says %j means %s', (text, content) => expect(parseContent(text)).toBe(content));
});

test.each([
  ['/dev/vg0/home', [], 'home'],
  ['/srv/my disk.img', [], 'my-disk'],
  ['/srv/größe.raw', [], 'größe'],
  ['/dev/mapper/vg0-home', ['vg0-home', 'vg0-home-2'], 'vg0-home-3'],
  ['/srv/default.img', [], 'task'],
  ['/srv/[].img', [], 'task'],
  ['/', [], 'task'],
])('the task of %s is called, beside %j, %s', (path, taken, name) => {
  expect(suggestName(path, new Set(taken))).toBe(name);
});
