import {deepStrictEqual} from 'node:assert/strict';
import {createHash} from 'node:crypto';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {PatchDecoder} from '#dist/bdsync/patch/patch-decoder.js';
import {PatchWriter, type SealFacts} from '#dist/bdsync/patch/patch-writer.js';
import {SealDecoder, type SealEvent} from '#dist/bdsync/patch/seal-decoder.js';
import {encodeSealHeader} from '#dist/bdsync/patch/seal-format.js';
import {SealSpool} from '#dist/bdsync/patch/seal-spool.js';
import {PatchCollector} from '../../support/bdsync-session.js';
import {everyByte, someCuts, splitAt} from '../../support/byte-splits.js';
import {readVector, sealVectors} from '../../support/seal-vectors.js';

/** What the pieces of a sealed patch tell; blocks one by one. */
function decode(pieces: readonly Uint8Array[]): SealEvent[] {
  const patch = new PatchDecoder({leavesRest: true});
  const hash = createHash('sha256');
  let seal: SealDecoder | undefined;
  const events: SealEvent[] = [];
  for (const piece of pieces) {
    patch.push(piece);
    if (!seal) hash.update(piece.subarray(0, piece.length - patch.rest.length));
    if (patch.rest.length === 0) continue;
    seal ??= new SealDecoder({patchBytes: patch.patchBytes, patchSha256: hash.digest()});
    events.push(...seal.push(patch.rest).flatMap(singleBlocks));
  }
  patch.finish();
  seal?.finish();
  return events;
}

function singleBlocks(event: SealEvent): SealEvent[] {
  if (event.kind !== 'blocks') return [event];
  const digestBytes = event.digests.length / event.count;
  return Array.from({length: event.count}, (_, index) => ({
    kind: 'blocks',
    position: event.position + index * BLOCK_BYTES,
    count: 1,
    digests: Uint8Array.from(event.digests.subarray(index * digestBytes, (index + 1) * digestBytes)),
  }));
}

const BLOCK_BYTES = 8;
const FACTS: SealFacts = {
  targetBytes: 2 ** 40,
  comparedBytes: 2 ** 40,
  targetIdentity: 'dm-uuid:LVM-å',
  digest: 'md5',
  digestBytes: 16,
  salt: Uint8Array.from({length: 32}, (_, index) => index),
  blockBytes: BLOCK_BYTES,
};

type Run = {readonly block: number; readonly digests: Uint8Array};
const someRuns = fc.array(
  fc.record({
    block: fc.nat(2 ** 30),
    digests: fc.integer({min: 1, max: 2000}).map((count) => new Uint8Array(count * 16).fill(count)),
  }),
  {maxLength: 10},
);

async function sealedPatch(runs: readonly Run[], memoryBytes = 1 << 20): Promise<Buffer> {
  const bytes = new PatchCollector();
  const writer = new PatchWriter(bytes.write, {isSealed: true});
  await writer.begin({sizeBytes: 2 ** 40, deviceName: Buffer.from('d')});
  await writer.extent(5, Buffer.from('data'));
  await writer.end(undefined);
  await using spool = new SealSpool({digestBytes: 16, memoryBytes});
  for (const {block, digests} of runs) await spool.add(block * BLOCK_BYTES, digests);
  await writer.seal(FACTS, spool.pieces());
  expect(writer.patchBytes).toBe(bytes.bytes().length);
  return bytes.bytes();
}

describe('SealDecoder', () => {
  it.each([1 << 20, 70_000])('reads what was written through a spool of %i bytes, however it comes', async (memory) => {
    await fc.assert(
      fc.asyncProperty(someRuns, someCuts, async (runs, cuts) => {
        const [header, ...rest] = decode(splitAt(await sealedPatch(runs, memory), cuts));
        expect(header).toMatchObject({kind: 'header', header: FACTS});
        const blocks = runs.flatMap(({block, digests}) =>
          singleBlocks({kind: 'blocks', position: block * BLOCK_BYTES, count: digests.length / 16, digests}),
        );
        deepStrictEqual(rest.slice(0, -1), blocks);
        expect(rest.at(-1)).toMatchObject({kind: 'end'});
      }),
      {numRuns: 30},
    );
  });

  it.each(sealVectors('.bdsync'))('reads, or refuses, $file as it must', ({file, fault}) => {
    const bytes = readVector(file);
    for (const pieces of [[bytes], everyByte(bytes)]) {
      if (fault === undefined) expect(decode(pieces).at(-1)).toMatchObject({kind: 'end'});
      else
        expect(() => decode(pieces)).toThrow(
          expect.objectContaining({code: 'invalid-patch', message: expect.stringContaining(fault)}),
        );
    }
  });

  it('reads what its documentation says', () => {
    const [header, ...rest] = decode([readVector('three-blocks.bdsync')]);
    expect(header).toMatchObject({
      kind: 'header',
      header: {targetBytes: 20, comparedBytes: 20, targetIdentity: 'file:9c3d0a17:4711', digest: 'md5', blockBytes: 8},
    });
    expect(rest.map((event) => (event.kind === 'blocks' ? event.position : event.kind))).toEqual([0, 8, 16, 'end']);
  });

  it('refuses a seal in which any bit is another one, and one that is cut anywhere', () => {
    const whole = readVector('three-blocks.bdsync');
    const patch = new PatchDecoder({leavesRest: true});
    patch.push(whole);
    for (let offset = 0; offset < whole.length; offset += 1) {
      const flipped = Buffer.from(whole);
      flipped[offset] = (whole[offset] ?? 0) ^ (1 << (offset % 8));
      expect(() => decode([flipped]), `offset ${offset}`).toThrow(expect.objectContaining({code: 'invalid-patch'}));
      if (offset === 0 || offset === patch.patchBytes) continue;
      expect(() => decode([whole.subarray(0, offset)])).toThrow(expect.objectContaining({code: 'invalid-patch'}));
    }
  });

  it('is not written for what no reader takes', () => {
    const header = {...FACTS, patchBytes: 1, patchSha256: new Uint8Array(32)};
    for (const wrong of [{targetIdentity: 'x'.repeat(1025)}, {blockBytes: 2 ** 24 + 1}, {salt: new Uint8Array(128)}]) {
      expect(() => encodeSealHeader({...header, ...wrong})).toThrow(
        expect.objectContaining({code: 'invalid-parameters'}),
      );
    }
  });
});
