import {expect, test} from 'vitest';
import type {MediumState} from '#dist/tasks/programs/sync-to-medium.js';
import {inPlaceNote, unsealedNote} from '#dist/tasks/programs/unsealed-note.js';
import {localTask} from '../../support/local-task.js';

const TARGET = 't.img';

async function contextOf(verifyAfter: boolean) {
  const {context} = await localTask({}, {verifyAfter, target: {connection: [], quoting: 'auto', path: TARGET}});
  return context;
}

async function note(check: 'sha256' | 'size', medium: MediumState, verifyAfter: boolean): Promise<string> {
  return unsealedNote(await contextOf(verifyAfter), 'it is so', {check, medium});
}

test.each([
  ['sha256', 'reached', false, 'that t.img still had what was compared, nor that it reads back as written'],
  [
    'sha256',
    'unknown',
    true,
    'that t.img still had what was compared, nor that what was written has reached its medium (no sync there)',
  ],
  [
    'sha256',
    'asked-for',
    true,
    'that t.img still had what was compared, nor that what was written has reached its medium (all was synced there, which tells no errors)',
  ],
  ['sha256', 'reached', true, 'that t.img still had what was compared'],
  [
    'size',
    'reached',
    true,
    'that it had arrived unchanged (no sha256sum, openssl or shasum there), nor that t.img still had what was compared',
  ],
] as const)(
  'what is not proven is told: %s, medium: %s, compared again: %s',
  async (check, medium, verifyAfter, open) => {
    const proven = check === 'sha256' ? 'arrived whole, by its SHA-256,' : 'arrived in its full length';
    expect(await note(check, medium, verifyAfter)).toBe(
      `it is so: the patch had ${proven} before it was applied; not proven is ${open}`,
    );
  },
);

test('what is not proven in place is told, and that a comparison afterwards proves it', async () => {
  const [once, twice] = [await contextOf(false), await contextOf(true)];
  const open = 'that the patch arrived unchanged, nor that the target reads back as written';
  expect(inPlaceNote(once, 'it is so', 'reached')).toBe(`it is so: not proven is ${open}`);
  expect(inPlaceNote(once, 'it is so', 'unknown')).toContain(
    `${open}, nor that what was written has reached its medium`,
  );
  expect(inPlaceNote(twice, 'it is so', 'unknown')).toMatch(
    /^it is so: not proven is that what was written has reached/,
  );
  expect(inPlaceNote(twice, 'it is so', 'reached')).toBeUndefined();
});
