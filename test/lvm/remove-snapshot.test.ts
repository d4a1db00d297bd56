import {describe, expect, it} from 'vitest';
import {removeLeftover} from '#dist/lvm/leftovers.js';
import {reportOf, type Step, scriptedLvm} from '../support/scripted-lvm.js';

const IDENTITY = {
  vg: 'vg0',
  name: 'home-snapshot',
  uuid: 'G5kP1p-eBSZ-fx04-zpiN-eQhF-oNoE-GPyuWm',
  originUuid: 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf',
  tags: ['bdsync-manager', 'bdsync-manager.task=home'],
};
const NOTHING = {stdout: '{"report": [{"lv": []}]}'};
const there = () => reportOf('group', ['home-snapshot']);
const FAILED_ATTEMPT: readonly Step[] = [
  ['lvs', there],
  ['lvremove', {status: 5, stderr: '  Logical volume vg0/home-snapshot in use.\n'}],
];

describe('removing a snapshot', () => {
  it('lets LVM itself compare all that identifies it', async () => {
    const {lvm, calls} = scriptedLvm([
      ['lvs', there],
      ['lvremove', {}],
      ['lvs', NOTHING],
    ]);
    expect(await removeLeftover(lvm, IDENTITY)).toBe('removed');
    expect(calls[1]?.words).toEqual([
      'lvremove',
      '--yes',
      '--select',
      `lv_uuid="${IDENTITY.uuid}" && lv_name="home-snapshot" && origin_uuid="${IDENTITY.originUuid}"` +
        ' && lv_tags="bdsync-manager" && lv_tags="bdsync-manager.task=home"',
      'vg0/home-snapshot',
    ]);
  });

  it('does nothing when it is not there any more', async () => {
    const {lvm, calls} = scriptedLvm([['lvs', NOTHING]]);
    expect(await removeLeftover(lvm, IDENTITY)).toBe('gone');
    expect(calls).toHaveLength(1);
  });

  it('takes a missing group for a missing snapshot', async () => {
    const stderr = '  Volume group "vg0" not found\n  Cannot process volume group vg0\n';
    const {lvm} = scriptedLvm([['lvs', {status: 5, stderr}]]);
    expect(await removeLeftover(lvm, IDENTITY)).toBe('gone');
  });

  it.each([
    ['another name', {lv_name: 'kept'}, 'left vg0/kept alone', 'its name was home-snapshot'],
    ['another origin', {origin_uuid: 'x'}, 'left vg0/home-snapshot alone', 'it is not a snapshot of the same volume'],
    ['no origin', {origin_uuid: ''}, 'left vg0/home-snapshot alone', 'it is not a snapshot of the same volume'],
    ['fewer tags', {lv_tags: 'bdsync-manager'}, 'left vg0/home-snapshot alone', 'bdsync-manager.task=home'],
  ])('leaves it alone when it has %s', async (_, changes, ...messages) => {
    const {lvm, calls} = scriptedLvm([['lvs', () => reportOf('group', ['home-snapshot'], changes)]]);
    const removal = removeLeftover(lvm, IDENTITY);
    await expect(removal).rejects.toMatchObject({code: 'snapshot-not-ours'});
    for (const message of messages) await expect(removal).rejects.toThrow(message);
    expect(calls).toHaveLength(1);
  });

  it('leaves it alone when nothing was recorded that tells it from others', async () => {
    const {lvm} = scriptedLvm([['lvs', there]]);
    await expect(removeLeftover(lvm, {...IDENTITY, tags: []})).rejects.toMatchObject({code: 'snapshot-not-ours'});
  });

  it('tells when it changed between the look and the removal', async () => {
    const changed: Step = ['lvs', () => reportOf('group', ['home-snapshot'], {lv_tags: 'keep'})];
    const {lvm} = scriptedLvm([['lvs', there], ['lvremove', {}], changed, changed]);
    await expect(removeLeftover(lvm, IDENTITY)).rejects.toMatchObject({code: 'snapshot-not-ours'});
  });

  it('tries again while it is in use', async () => {
    const {lvm, pauses} = scriptedLvm([
      ...FAILED_ATTEMPT,
      ...FAILED_ATTEMPT,
      ['lvs', there],
      ['lvremove', {}],
      ['lvs', NOTHING],
    ]);
    expect(await removeLeftover(lvm, IDENTITY)).toBe('removed');
    expect(pauses).toEqual([1500, 1500]);
  });

  it('is given up between two commands when it is told to stop', async () => {
    const controller = new AbortController();
    const stop: Step = [
      'lvremove',
      () => {
        controller.abort(new Error('told to stop'));
        return {status: 5};
      },
    ];
    const {lvm, calls} = scriptedLvm([
      ['lvs', there],
      stop,
      ['lvs', ({signal}) => (signal?.aborted ? new Error('told to stop') : there())],
    ]);
    await expect(removeLeftover(lvm, IDENTITY, controller.signal)).rejects.toThrow('told to stop');
    expect(calls.map(({words, signal}) => [words[0], signal === controller.signal])).toEqual([
      ['lvs', true],
      ['lvremove', false],
      ['lvs', true],
    ]);
  });

  it('is content when somebody else removes it meanwhile', async () => {
    const {lvm} = scriptedLvm([...FAILED_ATTEMPT, ['lvs', NOTHING]]);
    expect(await removeLeftover(lvm, IDENTITY)).toBe('removed');
  });

  it('gives up after some attempts and tells why', async () => {
    const {lvm, pauses} = scriptedLvm([...FAILED_ATTEMPT, ...FAILED_ATTEMPT, ...FAILED_ATTEMPT, ...FAILED_ATTEMPT]);
    await expect(removeLeftover(lvm, IDENTITY)).rejects.toMatchObject({
      code: 'snapshot-removal',
      message: 'cannot remove the snapshot vg0/home-snapshot: Logical volume vg0/home-snapshot in use.',
      hint: 'see who uses it (fuser -v /dev/vg0/home-snapshot), then: lvremove vg0/home-snapshot',
    });
    expect(pauses).toHaveLength(3);
  });
});
