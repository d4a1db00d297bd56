import {expect, test} from 'vitest';
import {unsealedNote} from '#dist/tasks/programs/unsealed-note.js';
import {localTask} from '../../support/local-task.js';

const TARGET = 't.img';

async function note(check: 'sha256' | 'size', isOnItsMedium: boolean, verifyAfter: boolean): Promise<string> {
  const {context} = await localTask({}, {verifyAfter, target: {connection: [], quoting: 'auto', path: TARGET}});
  return unsealedNote(context, 'it is so', {check, isOnItsMedium});
}

test.each([
  ['sha256', true, false, 'that t.img still had what was compared, nor that it reads back as written'],
  [
    'sha256',
    false,
    true,
    'that t.img still had what was compared, nor that what was written has reached its medium (no sync there)',
  ],
  ['sha256', true, true, 'that t.img still had what was compared'],
  [
    'size',
    true,
    true,
    'that it had arrived unchanged (no sha256sum, openssl or shasum there), nor that t.img still had what was compared',
  ],
] as const)(
  'what is not proven is told: %s, synced: %s, compared again: %s',
  async (check, isOnItsMedium, verifyAfter, open) => {
    const proven = check === 'sha256' ? 'arrived whole, by its SHA-256,' : 'arrived in its full length';
    expect(await note(check, isOnItsMedium, verifyAfter)).toBe(
      `it is so: the patch had ${proven} before it was applied; not proven is ${open}`,
    );
  },
);
