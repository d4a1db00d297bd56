import {closeSync, openSync} from 'node:fs';
import {open, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {readPatchFile} from '#dist/bdsync/patch/patch-file.js';
import {noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

it.each([0, 1, 2 ** 20, 3 * 2 ** 20 + 5])(
  'reads a file of %i bytes, each piece good until the next one',
  async (bytes) => {
    const path = join(await temporaryFolder(), 'patch');
    const content = noise(bytes, 5);
    await writeFile(path, content);
    await using file = await open(path);
    const copies: Uint8Array[] = [];
    for await (const piece of readPatchFile(file.fd)) {
      // Time for the next piece to arrive where it must not harm this one.
      await setTimeout(5);
      copies.push(Uint8Array.from(piece));
    }
    expect(Buffer.concat(copies).equals(content)).toBe(true);
  },
);

it('begins where the descriptor stands', async () => {
  const path = join(await temporaryFolder(), 'patch');
  await writeFile(path, 'a line\nthe patch');
  await using file = await open(path);
  await file.read(Buffer.alloc(7), 0, 7, null);
  const pieces: string[] = [];
  for await (const piece of readPatchFile(file.fd)) pieces.push(Buffer.from(piece).toString());
  expect(pieces).toEqual(['the patch']);
});

it('passes on what the system says', async () => {
  const folder = await open(await temporaryFolder());
  await using _folder = folder;
  await expect(readPatchFile(folder.fd).next()).rejects.toMatchObject({code: 'EISDIR'});
});

it('keeps what the system says of the next piece until that one is asked for', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'patch');
  await writeFile(path, noise(5 * 2 ** 20, 5));
  const descriptor = openSync(path, 'r');
  const pieces = readPatchFile(descriptor);
  try {
    await pieces.next();
    // Time for the second piece to be read.
    await setTimeout(50);
    closeSync(descriptor);
    expect(openSync(folder, 'r')).toBe(descriptor);
    await pieces.next();
    // Long enough for the third one to fail: were nobody to listen, that would end the process.
    await setTimeout(50);
    await expect(pieces.next()).rejects.toMatchObject({code: 'EISDIR'});
  } finally {
    closeSync(descriptor);
  }
});
