import {open, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {StoredBytes} from '#dist/bdsync/sealed/stored-bytes.js';
import {noise} from '../../support/images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

async function storedBytes(content: Buffer, signal?: AbortSignal) {
  const path = join(await temporaryFolder(), 'patch');
  await writeFile(path, content);
  const handle = await open(path);
  return {path, handle, bytes: new StoredBytes({path, handle, signal})};
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  return Buffer.concat(found);
}

describe('StoredBytes', () => {
  it.each([
    ['is kept', 2_500_000, true],
    ['is read again', (32 << 20) + 1, false],
  ])('gives any part of a file that %s', async (_, length, isKept) => {
    const content = noise(length, 1);
    const {path, handle, bytes} = await storedBytes(content);
    await using _handle = handle;
    expect((await joined(bytes.part(length - 50))).equals(content.subarray(-50))).toBe(true);
    expect((await joined(bytes.all())).equals(content)).toBe(true);
    expect(bytes.isKept).toBe(isKept);
    const place = fc.integer({min: 0, max: length + 10});
    await fc.assert(
      fc.asyncProperty(place, fc.option(place, {nil: undefined}), async (start, end) => {
        expect(
          (await joined(bytes.part(start, end))).equals(content.subarray(start, Math.max(start, end ?? length))),
        ).toBe(true);
      }),
      {numRuns: 20},
    );
    expect(await bytes.isUnchanged()).toBe(true);
    await writeFile(path, 'other');
    expect(await bytes.isUnchanged()).toBe(false);
    expect((await joined(bytes.part(0, 5))).equals(isKept ? content.subarray(0, 5) : Buffer.from('other'))).toBe(true);
  });

  it('keeps nothing of which not all was taken', async () => {
    const {handle, bytes} = await storedBytes(noise(3 << 20, 1));
    await using _ = handle;
    for await (const piece of bytes.all()) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(bytes.isKept).toBe(false);
  });

  it('is cancelled, kept or not', async () => {
    const abort = new AbortController();
    const {handle, bytes} = await storedBytes(noise(1000, 1), abort.signal);
    await using _ = handle;
    await joined(bytes.all());
    abort.abort();
    await expect(joined(bytes.part(0))).rejects.toMatchObject({code: 'cancelled'});
    await expect(joined(bytes.all())).rejects.toMatchObject({code: 'cancelled'});
  });
});
