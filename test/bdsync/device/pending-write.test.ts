import * as fc from 'fast-check';
import {expect, it} from 'vitest';
import {PendingWrite} from '#dist/bdsync/device/pending-write.js';

const TARGET = {path: '/dev/vg0/home', sizeBytes: 1000};

it('goes on where the system stopped, whatever part it takes at a time', () => {
  const buffers = fc.array(fc.uint8Array({maxLength: 20}), {maxLength: 10});
  fc.assert(
    fc.property(buffers, fc.array(fc.integer({min: 1, max: 30}), {minLength: 1}), (buffers, portions) => {
      const target = Buffer.alloc(1000);
      const writing = new PendingWrite(TARGET, buffers, 100);
      for (let turn = 0; writing.isPending; turn += 1) {
        const offered = Buffer.concat(writing.buffers);
        const taken = Math.min(offered.length, portions[turn % portions.length] ?? 1);
        offered.copy(target, writing.position, 0, taken);
        writing.taken(taken);
      }
      const expected = Buffer.alloc(1000);
      Buffer.concat(buffers).copy(expected, 100);
      expect(target.equals(expected)).toBe(true);
    }),
  );
});

it('names the place where the system stopped', () => {
  const writing = new PendingWrite(TARGET, [Buffer.from('abc'), Buffer.from('def')], 10);
  writing.taken(4);
  expect(writing.failure(Object.assign(new Error('ENOSPC'), {code: 'ENOSPC'}))).toMatchObject({
    code: 'write',
    message: 'cannot write /dev/vg0/home at position 14: no space left',
  });
  expect(() => writing.taken(0)).toThrow('nothing was taken');
});

it('refuses what does not lie within the device', () => {
  for (const [position, refused] of [
    [-1, true],
    [0, false],
    [998, false],
    [999, true],
  ] as const) {
    const begin = (): PendingWrite => new PendingWrite(TARGET, [Buffer.from('a'), Buffer.from('b')], position);
    if (refused)
      expect(begin).toThrow(`refused to write 2 bytes at position ${position} of /dev/vg0/home: it has 1000`);
    else expect(begin().isPending).toBe(true);
  }
});
