import {expect, test} from 'vitest';
import {unwrapSuppressed} from '#dist/suppressed-errors.js';

/** Something that is used, and whose release fails. */
function releasedWith(message: string): AsyncDisposable {
  return {[Symbol.asyncDispose]: () => Promise.reject(new Error(message))};
}

async function thrownBy(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('the failure that came first is told apart from those of the clean-up after it, in their order', async () => {
  const work = new TypeError('the work');
  const thrown = await thrownBy(async () => {
    await using _outer = releasedWith('the outer release');
    await using _inner = releasedWith('the inner release');
    throw work;
  });
  const {failure, cleanUpFailures} = unwrapSuppressed(thrown);
  expect(failure).toBe(work);
  expect(cleanUpFailures).toEqual([new Error('the inner release'), new Error('the outer release')]);
});

test('failures of a clean-up that failed while cleaning up are not lost', async () => {
  const thrown = await thrownBy(async () => {
    await using _outer = {
      async [Symbol.asyncDispose]() {
        await using _deep = releasedWith('the deep release');
        throw new Error('the release');
      },
    };
    throw new Error('the work');
  });
  const {failure, cleanUpFailures} = unwrapSuppressed(thrown);
  expect(failure).toEqual(new Error('the work'));
  expect(cleanUpFailures).toEqual([new Error('the release'), new Error('the deep release')]);
});

test.for([new Error('alone'), 'text', undefined])('%s is a failure without any', (thrown) => {
  expect(unwrapSuppressed(thrown)).toEqual({failure: thrown, cleanUpFailures: []});
});
