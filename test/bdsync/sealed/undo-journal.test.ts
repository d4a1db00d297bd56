import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {JournalWriter} from '#dist/bdsync/sealed/journal-writer.js';
import {JournalPaths, readJournal} from '#dist/bdsync/sealed/undo-journal.js';
import {JournalDecoder, type JournalEvent} from '#dist/bdsync/sealed/undo-journal-decoder.js';
import {everyByte, someCuts, splitAt} from '../../support/byte-splits.js';
import {noise} from '../../support/images.js';
import {readVector, sealVectors} from '../../support/seal-vectors.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

function decode(pieces: readonly Uint8Array[]): JournalEvent[] {
  const decoder = new JournalDecoder('some.journal');
  const events = pieces.flatMap((piece) => [...decoder.push(piece)]);
  decoder.finish();
  return events;
}

const HEADER = {
  sealSha256: new Uint8Array(32).fill(7),
  bytesBefore: 2 ** 40,
  bytesAfter: 5,
  targetIdentity: 'dm-uuid:x',
};

describe('the undo journal', () => {
  it('gives back what was put into it, at the same positions', async () => {
    const folder = await temporaryFolder();
    // Far from each other, and each no longer than a record.
    const extents = fc
      .array(fc.record({gap: fc.integer({min: 1, max: 2 ** 31}), length: fc.integer({min: 1, max: 100_000})}), {
        maxLength: 20,
      })
      .map((list) => list.map(({gap, length}, index) => ({position: index * 2 ** 32 + gap, length})));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(extents, someCuts, async (extents, cuts) => {
        const paths = new JournalPaths(join(folder, `${(count += 1)}`));
        await using writer = await JournalWriter.create(paths, HEADER);
        for (const {position, length} of extents) await writer.add(position, noise(length, length));
        await writer.finish();
        const [header, ...records] = decode(splitAt(await readFile(paths.whole), cuts));
        expect(header).toMatchObject({kind: 'header', header: HEADER});
        expect(records.at(-1)).toEqual({kind: 'end', records: extents.length});
        for (const [index, {position, length}] of extents.entries()) {
          const record = records[index];
          if (record?.kind !== 'record') throw new Error('there is no such record');
          expect(record.position).toBe(position);
          expect(noise(length, length).equals(record.data)).toBe(true);
        }
      }),
      {numRuns: 20},
    );
  });

  it('joins what lies side by side, and has its name and its mode from the start', async () => {
    const paths = new JournalPaths(join(await temporaryFolder(), 'patch'));
    await using writer = await JournalWriter.create(paths, HEADER);
    expect((await stat(paths.fresh)).mode & 0o777).toBe(0o600);
    for (let index = 0; index < 600; index += 1) await writer.add(index * 4096, Buffer.alloc(4096, index));
    expect(await paths.hasWhole()).toBe(false);
    await writer.finish();
    const positions: number[] = [];
    await readJournal(
      paths.whole,
      (event) => void (event.kind === 'record' && positions.push(event.position)),
      undefined,
    );
    expect(positions).toEqual([0, 1 << 20, 2 << 20]);
    await expect(stat(paths.fresh)).rejects.toMatchObject({code: 'ENOENT'});
    await expect(JournalWriter.create(new JournalPaths('/nowhere/x'), HEADER)).rejects.toMatchObject({code: 'write'});
  });

  it.each(sealVectors('.journal'))('is read, or refused, as it must be: $file', ({file, fault}) => {
    const bytes = readVector(file);
    for (const pieces of [[bytes], everyByte(bytes)]) {
      if (fault === undefined) expect(decode(pieces).at(-1)).toEqual({kind: 'end', records: 1});
      else
        expect(() => decode(pieces)).toThrow(
          expect.objectContaining({code: 'journal', message: expect.stringContaining(fault)}),
        );
    }
  });

  it('is refused with any bit flipped, and cut anywhere', () => {
    const whole = readVector('one-record.journal');
    for (let offset = 0; offset < whole.length; offset += 1) {
      const flipped = Buffer.from(whole);
      flipped[offset] = (whole[offset] ?? 0) ^ (1 << (offset % 8));
      expect(() => decode([flipped]), `offset ${offset}`).toThrow(expect.objectContaining({code: 'journal'}));
      expect(() => decode([whole.subarray(0, offset)])).toThrow(expect.objectContaining({code: 'journal'}));
    }
  });
});
