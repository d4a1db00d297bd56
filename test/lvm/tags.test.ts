import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {snapshotOwner, snapshotTags} from '#dist/lvm/tags.js';

/** Short enough to be encoded, not digested: at most 12 letters for each. */
const text = fc.string({unit: 'binary', maxLength: 9});

describe('snapshotTags', () => {
  it('names tool, task, configuration and run', () => {
    expect(snapshotTags({task: 'home', taskId: '1f2e', runId: 'a-1'})).toEqual([
      'bdsync-manager',
      'bdsync-manager.task=home',
      'bdsync-manager.id=1f2e',
      'bdsync-manager.run=a-1',
    ]);
  });

  it('gives what a search needs when less is known', () => {
    expect(snapshotTags({})).toEqual(['bdsync-manager']);
    expect(snapshotTags({task: 'home'})).toEqual(['bdsync-manager', 'bdsync-manager.task=home']);
  });

  it('encodes what LVM does not take', () => {
    expect(snapshotTags({task: 'Büro, 2. Stock @home:1'})[1]).toBe(
      'bdsync-manager.task=B:c3:bcro:2c:202.:20Stock:20:40home:3a1',
    );
  });

  it('shortens what is too long, differently for different texts', () => {
    const [one, other] = ['a', 'b'].map((end) => snapshotTags({task: `${'x'.repeat(200)}${end}`})[1]);
    expect(one).toMatch(/^bdsync-manager\.task=#[0-9a-f]{40}$/);
    expect(other).not.toBe(one);
    expect(snapshotOwner(['bdsync-manager', one ?? ''])).toEqual({});
  });

  it('keeps to the alphabet and the length for any text', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 40}), (task) => {
        expect(snapshotTags({task})[1]).toMatch(/^[A-Za-z0-9_+./=!:&#-]{1,128}$/);
      }),
    );
  });
});

describe('snapshotOwner', () => {
  it('reads back what snapshotTags wrote, in any order and between other tags', () => {
    fc.assert(
      fc.property(text, text, text, (task, taskId, runId) => {
        const owner = {task, taskId, runId};
        expect(snapshotOwner(['backup', ...snapshotTags(owner).toReversed()])).toEqual(owner);
      }),
    );
  });

  it('knows none for volumes of others', () => {
    expect(snapshotOwner([])).toBeUndefined();
    expect(snapshotOwner(['backup', 'bdsync-manager.task=home', 'bdsync-managers'])).toBeUndefined();
  });

  it('does not invent a text for a tag that it would not have written', () => {
    expect(snapshotOwner(['bdsync-manager', 'bdsync-manager.task=a/b'])).toEqual({});
  });
});
