import {expect, test} from 'vitest';
import {BdsyncError} from '#dist/bdsync/errors.js';
import {formatError} from '#dist/cli/bdsync/error-text.js';
import {statusOfError} from '#dist/cli/bdsync/exit-status.js';

const NO_ROOM = new BdsyncError('write', 'no space left', {hint: 'make room'});

test('an expected error is one line with its hint', () => {
  expect(formatError(NO_ROOM)).toBe('no space left (make room)');
});

test('a clean-up that failed as well does not hide what came first, nor its status', async () => {
  const thrown = await (async () => {
    await using _device = {[Symbol.asyncDispose]: () => Promise.reject(new Error('cannot close it'))};
    throw NO_ROOM;
  })().catch((error: unknown) => error);
  expect(formatError(thrown)).toBe('no space left (make room); and then: cannot close it');
  expect(statusOfError(thrown)).toBe(9);
});

test('a defect shows where it happened', () => {
  expect(formatError(new TypeError('never'))).toMatch(/^TypeError: never\n\s+at .*error-text\.test/);
  expect(formatError('text')).toBe('text');
});
