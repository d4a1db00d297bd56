import {PassThrough} from 'node:stream';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions, generatePatch} from '#dist/bdsync/client.js';
import {BdsyncError} from '#dist/bdsync/errors.js';
import {serve} from '#dist/bdsync/server.js';
import {someCuts, splitAt} from '../support/byte-splits.js';
import {openNamed, PatchCollector} from '../support/bdsync-session.js';
import {GOLDEN_CASES, makeGoldenImages, readGolden} from '../support/golden-cases.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const golden = GOLDEN_CASES.find(({id}) => id === 'twopass-resize-remdata');
if (!golden) throw new Error('the case is gone');

const damages = fc.array(
  fc.oneof(
    fc.record({kind: fc.constant('flip' as const), where: fc.nat(), bits: fc.integer({min: 1, max: 255})}),
    fc.record({kind: fc.constant('insert' as const), where: fc.nat(), bytes: fc.uint8Array({maxLength: 40})}),
    fc.record({kind: fc.constant('remove' as const), where: fc.nat(), length: fc.integer({min: 1, max: 40})}),
    fc.record({kind: fc.constant('end' as const), where: fc.nat()}),
  ),
  {minLength: 1, maxLength: 4},
);
type Damage = typeof damages extends fc.Arbitrary<readonly (infer Value)[]> ? Value : never;

/** Most damage goes to the start, where the headers are. */
function damage(bytes: Buffer, faults: readonly Damage[]): Buffer {
  let damaged = Buffer.from(bytes);
  for (const fault of faults) {
    const where = fault.where % (fault.where % 2 === 0 ? damaged.length + 1 : Math.min(200, damaged.length + 1));
    const [before, after] = [damaged.subarray(0, where), damaged.subarray(where)];
    if (fault.kind === 'flip') damaged[where] = (damaged[where] ?? 0) ^ fault.bits;
    else if (fault.kind === 'insert') damaged = Buffer.concat([before, fault.bytes, after]);
    else if (fault.kind === 'remove') damaged = Buffer.concat([before, after.subarray(fault.length)]);
    else damaged = before;
  }
  return damaged;
}

function streamOf(bytes: Buffer, cuts: readonly number[]): PassThrough {
  const stream = new PassThrough();
  for (const piece of splitAt(bytes, cuts)) stream.write(piece);
  stream.end();
  return stream;
}

/** Success, or one of the expected failures; anything else is thrown. */
async function outcomeOf(ending: Promise<unknown>): Promise<'success' | 'failure'> {
  try {
    await ending;
    return 'success';
  } catch (error) {
    if (error instanceof BdsyncError) return 'failure';
    throw error;
  }
}

describe('a damaged stream', () => {
  it('ends a client in an expected way, and with a patch only if it is complete', async () => {
    const folder = await temporaryFolder();
    await makeGoldenImages(golden, folder);
    const answers = await readGolden(golden, 'server-to-client.bin');
    const options: DiffOptions = {
      ...DEFAULT_DIFF_OPTIONS,
      fixedSalt: true,
      twoPass: true,
      remoteData: true,
      sizePolicy: {mode: 'resize', warn: false},
    };
    await fc.assert(
      fc.asyncProperty(damages, someCuts, async (faults, cuts) => {
        await using source = await openNamed(folder, 'local.img');
        const patch = new PatchCollector();
        const input = streamOf(damage(answers, faults), cuts);
        const output = new PassThrough().resume();
        const outcome = await outcomeOf(
          generatePatch({channel: {input, output}, source, remotePath: 'remote.img', options, writePatch: patch.write}),
        );
        expect(patch.bytes().subarray(-11).equals(Buffer.alloc(11))).toBe(outcome === 'success');
      }),
      {numRuns: 150},
    );
  });

  it('ends a server in an expected way', async () => {
    const folder = await temporaryFolder();
    await makeGoldenImages(golden, folder);
    const requests = await readGolden(golden, 'client-to-server.bin');
    await fc.assert(
      fc.asyncProperty(damages, someCuts, async (faults, cuts) => {
        const input = streamOf(damage(requests, faults), cuts);
        const output = new PassThrough().resume();
        await outcomeOf(serve({channel: {input, output}, openDevice: (name) => openNamed(folder, name)}));
      }),
      {numRuns: 150},
    );
  });
});
