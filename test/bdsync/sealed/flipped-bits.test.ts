import {closeSync, existsSync, openSync, writeSync} from 'node:fs';
import {open, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {applySealedPatch} from '#dist/bdsync/sealed-patcher.js';
import type {SealedMode} from '#dist/bdsync/sealed/sealed-request.js';
import {SealedPatch} from '#dist/bdsync/sealed/sealed-patch.js';
import {readJournal} from '#dist/bdsync/sealed/undo-journal.js';
import {STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {journalRegions, patchRegions, type Region} from '../../support/format-regions.js';
import {noise} from '../../support/images.js';
import {readVector} from '../../support/seal-vectors.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

/** Turns each bit of a file over, one at a time; what `look` makes of it, by the field it is in, as often as it comes. */
async function withEachBitFlipped(
  path: string,
  regions: readonly Region[],
  look: () => Promise<string>,
): Promise<Map<string, Set<string>>> {
  const bytes = await readFile(path);
  const seen = new Map<string, Set<string>>();
  await using file = await open(path, 'r+');
  for (const {name, start, end} of regions) {
    const outcomes = seen.get(name) ?? new Set();
    seen.set(name, outcomes);
    for (let bit = start * 8; bit < end * 8; bit += 1) {
      const offset = bit >> 3;
      const byte = bytes[offset] ?? 0;
      await file.write(Uint8Array.of(byte ^ (1 << (bit & 7))), 0, 1, offset);
      outcomes.add(await look());
      await file.write(Uint8Array.of(byte), 0, 1, offset);
    }
  }
  return seen;
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function all(regions: readonly Region[], outcome: string): Map<string, Set<string>> {
  return new Map(regions.map(({name}) => [name, new Set([outcome])]));
}

describe('a single bit that has turned over', () => {
  it('in a sealed patch, wherever it is, is found before anything is written', async () => {
    const path = join(await temporaryFolder(), 'patch');
    const bytes = readVector('three-blocks.bdsync');
    await writeFile(path, bytes);
    await using patch = await SealedPatch.open(path, undefined);
    expect(await outcomeOf(patch.check())).toBe('accepted');
    const regions = patchRegions(bytes);
    expect(await withEachBitFlipped(path, regions, () => outcomeOf(patch.check()))).toEqual(
      all(regions, 'invalid-patch'),
    );
  });

  it('in an undo journal, wherever it is, is found before anything is put back', async () => {
    const path = join(await temporaryFolder(), 'journal');
    const bytes = readVector('one-record.journal');
    await writeFile(path, bytes);
    const read = (): Promise<string> => outcomeOf(readJournal(path, () => {}, undefined));
    expect(await read()).toBe('accepted');
    const regions = journalRegions(bytes);
    expect(await withEachBitFlipped(path, regions, read)).toEqual(all(regions, 'journal'));
  });
});

/** Applies, finishes or undoes; `onBegin` comes right before the first write. */
function apply({targetPath, patchPath}: SealedImages, mode: SealedMode, onBegin = (): void => {}): Promise<unknown> {
  return applySealedPatch({targetPath, patchPath, mode, isHeld: true, sizePolicy: STRICT_SIZE_POLICY, onBegin});
}

const FIELDS = ['position of an extent', 'data of an extent', 'digests of a run', 'SHA-256 of the seal'];

describe('a patch that changes after it was found to be whole', () => {
  it('is never taken for applied, wherever it changes, and what it did can be undone', async () => {
    const images = await sealedImages({source: noise(5 << 20, 1), target: noise(5 << 20, 2)});
    const patch = await readFile(images.patchPath);
    const regions = new Map(patchRegions(patch).map((region) => [region.name, region]));
    let begun = 0;
    for (const name of FIELDS) {
      const start = regions.get(name)?.start ?? 0;
      const flip = (): void => {
        const byte = Uint8Array.of((patch[start] ?? 0) ^ 16);
        const file = openSync(images.patchPath, 'r+');
        writeSync(file, byte, 0, 1, start);
        closeSync(file);
      };
      expect([name, await outcomeOf(apply(images, 'apply', flip))]).toEqual([name, 'invalid-patch']);
      if (existsSync(`${images.patchPath}.journal`)) {
        expect([name, await outcomeOf(apply(images, 'recover'))]).toEqual([name, 'invalid-patch']);
        // It is known by its end.
        const isKnown = name !== 'SHA-256 of the seal';
        expect([name, await outcomeOf(apply(images, 'rollback'))]).toEqual([name, isKnown ? 'accepted' : 'journal']);
        await writeFile(images.patchPath, patch);
        if (!isKnown) await apply(images, 'rollback');
        begun += 1;
      }
      await writeFile(images.patchPath, patch);
      expect([name, await stateOf(images)]).toEqual([name, 'old']);
    }
    expect(begun).toBeGreaterThan(0);
    await apply(images, 'apply');
    expect(await stateOf(images)).toBe('new');
  });
});
