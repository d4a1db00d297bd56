import {describe, expect, it} from 'vitest';
import {TaskError} from '#dist/tasks/task-error.js';
import {planTask} from '#dist/tasks/plan.js';
import {requireEqual} from '#dist/tasks/verify/require-equal.js';
import type {Verification} from '#dist/tasks/verify/verification.js';
import {readOneTask} from '../../support/read-config.js';

const EQUAL: Verification = {
  sourceBytes: 100_000,
  targetBytes: 100_000,
  comparedBytes: 100_000,
  extents: [],
  extentCount: 0,
  differingBytes: 0,
  method: 'bytes',
  sample: undefined,
  timeMs: 1,
};

async function hintFor(found: Partial<Verification>, bdsyncArgs: string): Promise<string | undefined> {
  const keys = ['source_path = /s', 'target_path = /t', 'apply_patch_in_place = yes', `bdsync_args = ${bdsyncArgs}`];
  const plan = planTask(await readOneTask(['[disk]', ...keys, ''].join('\n')));
  try {
    requireEqual({...EQUAL, ...found}, plan, 'this machine');
  } catch (error) {
    if (error instanceof TaskError) return error.hint;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What only the target has. */
const TAIL = {position: 100_000, length: 10_000};

describe('what to do about a target that differs', () => {
  it('in its size alone is said of that, as the task has it', async () => {
    const longer = {targetBytes: 110_000, extents: [TAIL], extentCount: 1, differingBytes: 10_000};
    expect(await hintFor(longer, '')).toMatch(/^no difference was found but the size; bdsync_args = --diffsize=resize/);
    expect(await hintFor(longer, '--diffsize=resize')).toBe(
      'no difference was found but the size; run the task, which brings the target to it',
    );
  });

  it.each([
    ['in its content', {extents: [{position: 0, length: 4096}], extentCount: 1, differingBytes: 4096}],
    [
      'in both',
      {
        targetBytes: 110_000,
        extents: [{position: 98_304, length: 11_696}],
        extentCount: 1,
        differingBytes: 11_696,
      },
    ],
    ['in more than is listed', {targetBytes: 110_000, extents: [TAIL], extentCount: 2, differingBytes: 14_096}],
  ])('%s tells of writes meanwhile', async (_what, found) => {
    expect(await hintFor(found, '--diffsize=resize')).toMatch(/^the source was read without a snapshot/);
  });
});
