import {describe, expect, it} from 'vitest';
import {takeSnapshot} from '#dist/lvm/snapshot.js';
import {NO_SUCH_VOLUME, reportOf, scriptedLvm, type Step} from '../support/scripted-lvm.js';

const REQUEST = {
  sourcePath: '/dev/vg0/home',
  name: 'home-snapshot',
  size: '8M',
  tags: ['bdsync-manager', 'bdsync-manager.run=4f1c'],
};
const NOTHING = {stdout: '{"report": [{"lv": []}]}'};
const FOUND: Step = ['lvs', () => reportOf('group', ['home'])];
const OWN: Step = ['lvs', () => reportOf('group', ['home-snapshot'])];
const CREATED: readonly Step[] = [FOUND, ['lvcreate', {}], OWN];
const REMOVED: readonly Step[] = [OWN, ['lvremove', {}], ['lvs', NOTHING]];

async function taken(...later: Step[]) {
  const {lvm} = scriptedLvm([...CREATED, ...later]);
  return takeSnapshot(lvm, REQUEST);
}

describe('takeSnapshot', () => {
  it('is not interrupted while lvcreate runs, and then leaves nothing', async () => {
    const controller = new AbortController();
    const stop: Step = [
      'lvcreate',
      () => {
        controller.abort(new Error('told to stop'));
        return {};
      },
    ];
    const {lvm, calls} = scriptedLvm([FOUND, stop, OWN, ...REMOVED]);
    await expect(takeSnapshot(lvm, {...REQUEST, signal: controller.signal})).rejects.toThrow('told to stop');
    const interruptible = calls.map(({words, signal}) => `${words[0]} ${signal === undefined ? 'to its end' : ''}`);
    expect(calls.filter(({timeoutMs}) => timeoutMs === undefined).map(({words}) => words[0])).toEqual([
      'lvcreate',
      'lvremove',
    ]);
    expect(calls[1]?.describe).toBe('/sbin/lvm lvcreate');
    expect(interruptible.map((call) => call.trim())).toEqual([
      'lvs',
      'lvcreate to its end',
      'lvs to its end',
      'lvs to its end',
      'lvremove to its end',
      'lvs to its end',
    ]);
  });

  it('creates nothing after an abort', async () => {
    const controller = new AbortController();
    const {lvm} = scriptedLvm([
      [
        'lvs',
        () => {
          controller.abort(new Error('told to stop'));
          return reportOf('group', ['home']);
        },
      ],
    ]);
    await expect(takeSnapshot(lvm, {...REQUEST, signal: controller.signal})).rejects.toThrow('told to stop');
  });

  it('asks for a record right before it creates something, and creates nothing without one', async () => {
    const calls: string[] = [];
    const noted = (name: string) => () => {
      calls.push(name);
      return name === 'lvs' ? reportOf('group', ['home']) : {};
    };
    const beforeCreation = async () => {
      calls.push('record');
      throw new Error('the disk is full');
    };
    const {lvm} = scriptedLvm([['lvs', noted('lvs')]]);
    await expect(takeSnapshot(lvm, {...REQUEST, beforeCreation})).rejects.toThrow('the disk is full');
    expect(calls).toEqual(['lvs', 'record']);
  });

  it('removes what a lost connection left, and tells about the connection', async () => {
    const {lvm, calls} = scriptedLvm([FOUND, ['lvcreate', new Error('connection lost')], OWN, ...REMOVED]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toThrow('connection lost');
    expect(calls).toHaveLength(6);
  });

  it('tells about the connection also when it stays lost', async () => {
    const lost: Step = ['lvs', new Error('still lost')];
    const {lvm} = scriptedLvm([FOUND, ['lvcreate', new Error('connection lost')], lost]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toThrow('connection lost');
  });

  it.each([
    ['of another run', {lv_tags: 'bdsync-manager,bdsync-manager.run=other'}],
    ['of another volume', {origin_uuid: 'x'}],
  ])('does not touch a snapshot %s after a lost connection', async (_, changes) => {
    const other: Step = ['lvs', () => reportOf('group', ['home-snapshot'], changes)];
    const {lvm} = scriptedLvm([FOUND, ['lvcreate', new Error('connection lost')], other]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toThrow('connection lost');
  });

  it('removes what a failed lvcreate left', async () => {
    const failed = {status: 5, stderr: '  WARNING: something else.\n  Aborting. Failed to activate snapshot.\n'};
    const {lvm, calls} = scriptedLvm([FOUND, ['lvcreate', failed], OWN, ...REMOVED]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toMatchObject({
      code: 'lvm-failed',
      message: 'cannot create the snapshot vg0/home-snapshot of vg0/home: Aborting. Failed to activate snapshot',
      errorLines: ['WARNING: something else.', 'Aborting. Failed to activate snapshot.'],
    });
    expect(calls).toHaveLength(6);
  });

  it('does not mistake a locked group for a missing volume', async () => {
    const stderr = "  Can't get lock for vg0.\n  Cannot process volume group vg0\n";
    const {lvm} = scriptedLvm([['lvs', {status: 5, stderr}]]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toMatchObject({
      code: 'lvm-failed',
      message: "cannot list /dev/vg0/home: Can't get lock for vg0",
    });
  });

  it.each([
    '  /dev/sdb: read failed after 0 of 4096 at 0: Input/output error\n',
    '  Error reading device /dev/sdb at 0 length 512.\n',
    '  WARNING: Failed to write an MD_DISK_REMOVED\n',
  ])('finds the volume by its device although LVM also says %j', async (remark) => {
    const {lvm, calls} = scriptedLvm([
      ['lvs', {status: 5, stderr: `${remark}  Failed to find logical volume "vg0/home"\n`}],
      ['env', {stdout: 'block special file:fc:3\n'}],
      ['cat', {stdout: 'vg0-home\n'}],
      ['lvs', () => reportOf('group', ['home'])],
      ['lvcreate', {status: 5, stderr: `${remark}  Snapshots and RAID do not mix.\n`}],
      ['lvs', NOTHING],
    ]);
    await expect(takeSnapshot(lvm, {...REQUEST, sourcePath: '/dev/disk/by-label/home'})).rejects.toThrow(
      'cannot create the snapshot vg0/home-snapshot of vg0/home: Snapshots and RAID do not mix',
    );
    expect(calls[2]?.words).toEqual(['cat', '/sys/dev/block/252:3/dm/name']);
  });

  it('tells that it may not work with volumes', async () => {
    const stderr = '  /dev/mapper/control: open failed: Permission denied\n  Failure to communicate with kernel.\n';
    const {lvm} = scriptedLvm([['lvs', {status: 5, stderr}]]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toMatchObject({
      message: 'cannot list /dev/vg0/home: /dev/mapper/control: open failed: Permission denied',
      hint: 'only root may work with LVM volumes',
    });
  });

  it('tells a failure without a word by its status', async () => {
    const {lvm} = scriptedLvm([['lvs', {status: 4}]]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toThrow('cannot list /dev/vg0/home: it ended with status 4');
  });

  it('says so when the snapshot vanishes at once', async () => {
    const {lvm} = scriptedLvm([FOUND, ['lvcreate', {}], ['lvs', NO_SUCH_VOLUME]]);
    await expect(takeSnapshot(lvm, REQUEST)).rejects.toMatchObject({code: 'snapshot-lost'});
  });
});

describe('a snapshot', () => {
  it('is plain data to record', async () => {
    const snapshot = await taken();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual({
      path: '/dev/vg0/home-snapshot',
      vg: 'vg0',
      name: 'home-snapshot',
      uuid: 'G5kP1p-eBSZ-fx04-zpiN-eQhF-oNoE-GPyuWm',
      origin: 'home',
      originBytes: 48 * 2 ** 20,
      originUuid: 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf',
      tags: REQUEST.tags,
      kind: 'classic',
      roomBytes: 8 * 2 ** 20,
    });
  });

  it.each([
    ['removed', NOTHING, 'was removed by somebody else'],
    ['merged', reportOf('group', ['home-snapshot'], {lv_snapshot_invalid: 'unknown'}), 'does not tell its state any'],
    ['deactivated', reportOf('inactive', ['home-snapshot']), 'was deactivated by somebody else'],
  ])('is lost when it was %s', async (_, report, message) => {
    const snapshot = await taken(['lvs', () => report]);
    const check = snapshot.check();
    await expect(check).rejects.toMatchObject({code: 'snapshot-lost'});
    await expect(check).rejects.toThrow(message);
  });

  it('of a thin volume is lost with its pool', async () => {
    const request = {...REQUEST, sourcePath: '/dev/vg0/thin', name: 'thin-snapshot', tags: ['bdsync-manager']};
    const {lvm} = scriptedLvm([
      ['lvs', () => reportOf('group', ['thin'])],
      ['lvcreate', {}],
      ['lvs', () => reportOf('group', ['thin-snapshot'])],
      ['lvs', () => reportOf('group', ['thin-snapshot'])],
      ['lvs', () => reportOf('group', ['thin-snapshot'], {lv_health_status: 'failed'})],
    ]);
    const snapshot = await takeSnapshot(lvm, request);
    expect(await snapshot.check()).toEqual({isInvalid: false, usedPercent: undefined});
    await expect(snapshot.requireValid()).rejects.toMatchObject({
      code: 'snapshot-invalid',
      message: 'the snapshot vg0/thin-snapshot of vg0/thin is lost: its thin pool failed',
    });
  });

  it('is removed once, however often it is asked for', async () => {
    const snapshot = await taken(...REMOVED);
    await Promise.all([snapshot.remove(), snapshot.remove()]);
    await snapshot[Symbol.asyncDispose]();
  });

  it('tells a failed removal once', async () => {
    const snapshot = await taken(['lvs', new Error('connection lost')]);
    await expect(snapshot.remove()).rejects.toThrow('connection lost');
    await snapshot[Symbol.asyncDispose]();
  });
});
