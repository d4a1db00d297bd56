import {expect, test} from 'vitest';
import {formatError} from '#dist/cli/text/error-text.js';
import {UsageError} from '#dist/cli/manager/usage-error.js';

test('an expected error is one message with its hint', () => {
  expect(formatError(new UsageError('TARGET is empty', 'see --help'))).toBe(
    'bdsync-manager: TARGET is empty\n  hint: see --help\n',
  );
});

test('a defect shows where it happened', () => {
  const text = formatError(new TypeError('x is not a function'));
  expect(text).toMatch(/^bdsync-manager: TypeError: x is not a function\n\s+at .*error-text\.test/);
});

test('whatever else is thrown is told as well', () => {
  expect(formatError('just\u001btext')).toBe('bdsync-manager: just\\x1btext\n');
});

test('a clean-up that failed as well does not hide what came first', async () => {
  const thrown = await (async () => {
    await using _resource = {[Symbol.asyncDispose]: () => Promise.reject(new Error('cannot remove it'))};
    throw new UsageError('TARGET is empty', 'see --help');
  })().catch((error: unknown) => error);
  expect(formatError(thrown)).toBe(
    'bdsync-manager: TARGET is empty\n  clean-up failed, too: cannot remove it\n  hint: see --help\n',
  );
});
