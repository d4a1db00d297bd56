import {expect, it} from 'vitest';
import {LvmError} from '#dist/lvm/lvm-error.js';
import {explainOverflow} from '#dist/tasks/watch/explain-overflow.js';
import {neededRoom} from '#dist/tasks/watch/needed-room.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

it.each([
  ['four fifths were compared: the rest in the same way, and a margin', 0.8, 8 * GIB, 12.5 * GIB],
  ['a tenth was compared', 0.1, GIB, 12.5 * GIB],
  ['hardly anything was compared: twice as much', 0.01, GIB, 2 * GIB],
  ['nobody knows what was compared: twice as much', undefined, GIB, 2 * GIB],
  ['never more than everything', 0.1, 90 * GIB, 100 * GIB + 402 * MIB],
])('%s', (_, comparedShare, roomBytes, likelyBytes) => {
  expect(neededRoom({roomBytes, originBytes: 100 * GIB, comparedShare})).toEqual({
    likelyBytes,
    wholeBytes: 100 * GIB + 402 * MIB,
  });
});

const LOST = new LvmError('snapshot-invalid', 'the snapshot vg0/snap of vg0/home is lost', {hint: 'choose a size'});

it('is told in the terms of the task', () => {
  const overflow = {roomBytes: GIB, originBytes: 100 * GIB, comparedShare: 0.5};
  expect(explainOverflow(LOST, overflow, 'off')).toMatchObject({
    code: 'snapshot-invalid',
    message: 'the snapshot vg0/snap of vg0/home is lost, when 50% were compared',
    hint:
      'a whole run is likely to need lvm_snapshot_size = 2560m or more, and lvm_snapshot_size = 101g holds whatever ' +
      'is written; lvm_snapshot_autoextend lets it grow as long as its group has room',
  });
});

it.each([
  ['too-slow', /^it filled up faster than it was extended; lvm_snapshot_size = 27m holds whatever is written$/],
  ['failed', /^it could not be extended; /],
  ['group-full', /^its group had no more room to extend it; /],
] as const)('says why a snapshot that is to grow was lost: %s', (extending, hint) => {
  const overflow = {roomBytes: 20 * MIB, originBytes: 24 * MIB, comparedShare: undefined};
  const {message, hint: told} = explainOverflow(LOST, overflow, extending);
  expect(message).toBe(LOST.message);
  expect(told).toMatch(hint);
});
