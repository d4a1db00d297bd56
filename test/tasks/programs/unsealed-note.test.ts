import {expect, test} from 'vitest';
import {unsealedNote} from '#dist/tasks/programs/unsealed-note.js';
import {localTask} from '../../support/local-task.js';

const TARGET = 't.img';

async function note(kind: 'ours' | 'original', check: 'sha256' | 'size', verifyAfter: boolean): Promise<string> {
  const {context} = await localTask({}, {verifyAfter, target: {connection: [], quoting: 'auto', path: TARGET}});
  const farEnd = kind === 'ours' ? ({kind, version: '1.0'} as const) : ({kind} as const);
  return unsealedNote({...context, farEnd}, 'it is so', check);
}

test.each([
  [
    'original',
    'sha256',
    false,
    'that t.img still had what was compared, nor that what was written has reached its medium',
  ],
  ['original', 'sha256', true, 'that t.img still had what was compared'],
  ['ours', 'sha256', false, 'that t.img still had what was compared, nor that it reads back as written'],
  [
    'original',
    'size',
    true,
    'that it had arrived unchanged (no sha256sum, openssl or shasum there), nor that t.img still had what was compared',
  ],
] as const)('what is not proven is told: %s, %s, compared again: %s', async (kind, check, verifyAfter, open) => {
  const proven = check === 'sha256' ? 'arrived whole, by its SHA-256,' : 'arrived in its full length';
  expect(await note(kind, check, verifyAfter)).toBe(
    `it is so: the patch had ${proven} before it was applied; not proven is ${open}`,
  );
});
