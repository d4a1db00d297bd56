import {createHash, randomBytes} from 'node:crypto';
import {truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {BlockEngine, type EngineRequest, partsOf} from '#dist/bdsync/hash/block-engine.js';
import {MAX_KEPT_STEP_BYTES} from '#dist/bdsync/hash/kept-step.js';
import {RunningChecksum} from '#dist/bdsync/hash/running-checksum.js';
import type {HashRange} from '#dist/bdsync/wire/block-messages.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const SALT = Buffer.from('some salt');
/** More than an engine does in one thread. */
const MANY_BYTES = 1 << 30;

type Choices = Pick<EngineRequest, 'digest' | 'sizeBytes' | 'totalBytes' | 'isDirect'>;

function saltedDigest(name: string, block: Buffer): string {
  return createHash(name).update(SALT).update(block).digest('hex');
}

/** An image with stretches of zeros, the size of which is no multiple of anything. */
function someImage(bytes: number): Buffer {
  const image = randomBytes(bytes);
  for (let start = 0; start < bytes; start += 100_000) image.subarray(start, start + 30_000).fill(0);
  return image;
}

async function imageFile(image: Buffer): Promise<string> {
  const path = join(await temporaryFolder(), 'image');
  await writeFile(path, image);
  return path;
}

function paddedImage(image: Buffer, sizeBytes: number, paddedBytes: number): Buffer {
  const padded = Buffer.alloc(paddedBytes);
  image.copy(padded, 0, 0, sizeBytes);
  return padded;
}

const ranges = fc.record({
  step: fc.oneof(
    ...[1000, 70_000, 600_000].map((max) => fc.integer({min: max / 10, max})),
    fc.integer({min: 900_000, max: 2_700_000}),
    fc.constant(4096),
  ),
  skipped: fc.nat({max: 20}),
  count: fc.integer({min: 1, max: 40}),
});
const choices: fc.Arbitrary<Choices> = fc.record({
  sizeBytes: fc.integer({min: 0, max: 2_500_001}),
  digest: fc.constantFrom('md5', 'sha1', 'sha256', 'sha512'),
  totalBytes: fc.constantFrom(0, MANY_BYTES),
  isDirect: fc.boolean(),
});

describe('BlockEngine', () => {
  it('digests salt and block, zero padded past the end, in one thread and in several', async () => {
    const image = someImage(2_500_001);
    await using device = await openDevice(await imageFile(image), 'read');
    await fc.assert(
      fc.asyncProperty(ranges, choices, async ({step, skipped, count}, choice) => {
        await using engine = new BlockEngine({...choice, descriptor: device.descriptor, path: device.path, salt: SALT});
        const padded = paddedImage(image, choice.sizeBytes, (skipped + count) * step);
        const digests = Buffer.from(await engine.digest({start: skipped * step, step, count}));
        const digestBytes = digests.length / count;
        for (let index = 0; index < count; index += 1) {
          const block = padded.subarray((skipped + index) * step, (skipped + index + 1) * step);
          const digest = digests.toString('hex', index * digestBytes, (index + 1) * digestBytes);
          expect(digest, `block ${index}`).toBe(saltedDigest(choice.digest, block));
        }
      }),
      {numRuns: 40},
    );
  });

  it('finds what differs, and hands out the bytes that it digested', async () => {
    const image = someImage(2_500_001);
    await using device = await openDevice(await imageFile(image), 'read');
    const changed = fc.uniqueArray(fc.nat({max: 39}), {maxLength: 8});
    await fc.assert(
      fc.asyncProperty(ranges, choices, changed, async ({step, skipped, count}, choice, numbers) => {
        await using engine = new BlockEngine({...choice, descriptor: device.descriptor, path: device.path, salt: SALT});
        const range: HashRange = {start: skipped * step, step, count};
        const theirs = Buffer.from(await engine.digest(range));
        const digestBytes = theirs.length / count;
        const differing = numbers.filter((number) => number < count);
        for (const number of differing) theirs[number * digestBytes] = (theirs[number * digestBytes] ?? 0) ^ 1;
        const padded = paddedImage(image, choice.sizeBytes, (skipped + count) * step);
        const found: number[] = [];
        for (const part of partsOf(range)) {
          const digests = theirs.subarray(part.first * digestBytes);
          for (const run of await engine.match({range: part, digests, wantsData: true, feedsChecksum: false})) {
            for (let index = run.first; index < run.end; index += 1) found.push(part.first + index);
            const start = part.start + run.first * step;
            if (run.data)
              expect(padded.subarray(start, start + (run.end - run.first) * step).equals(run.data)).toBe(true);
            else expect(step).toBeGreaterThan(MAX_KEPT_STEP_BYTES);
          }
        }
        expect(found).toEqual(differing.toSorted((one, other) => one - other));
      }),
      {numRuns: 40},
    );
  });

  it.each([4096, 200_000, MAX_KEPT_STEP_BYTES, MAX_KEPT_STEP_BYTES + 1])(
    'hands out the bytes that it compared with another device, of blocks not too large (step %i)',
    async (step) => {
      const image = someImage(2_500_001);
      const edited = Buffer.from(image);
      edited.fill(7, 1_300_000, 1_300_001);
      await using device = await openDevice(await imageFile(image), 'read');
      await using otherDevice = await openDevice(await imageFile(edited), 'read');
      const {descriptor, path, sizeBytes} = device;
      const other = {descriptor: otherDevice.descriptor, path: otherDevice.path, sizeBytes};
      const setup = {descriptor, path, sizeBytes, other, digest: 'md5', salt: SALT, isDirect: false};
      await using engine = new BlockEngine({...setup, totalBytes: 0});
      const differing = Math.floor(1_300_000 / step);
      const runs = await engine.compare({start: 0, step, count: Math.ceil(sizeBytes / step)});
      expect(runs).toMatchObject([{first: differing, end: differing + 1}]);
      const block = paddedImage(image, sizeBytes, 2 * sizeBytes).subarray(differing * step, (differing + 1) * step);
      expect(runs[0]?.data && block.equals(runs[0].data)).toBe(step > MAX_KEPT_STEP_BYTES ? undefined : true);
    },
  );

  it.each([4096, 65536, 3_000_000])('feeds a checksum with every block once, in order (step %i)', async (step) => {
    const image = someImage(1_234_567);
    await using device = await openDevice(await imageFile(image), 'read');
    const checksum = new RunningChecksum('sha256');
    const {descriptor, path} = device;
    const setup = {descriptor, path, sizeBytes: image.length, digest: 'md5', salt: SALT, isDirect: false};
    await using engine = new BlockEngine({...setup, totalBytes: MANY_BYTES, checksum});
    const count = Math.ceil(image.length / step);
    const half = Math.ceil(count / 2);
    await Promise.all([
      engine.digest({start: 0, step, count: half}),
      engine.digest({start: half * step, step, count: Math.max(1, count - half)}),
      engine.digest({start: 0, step, count: half}),
    ]);
    const hashed = paddedImage(image, image.length, (half + Math.max(1, count - half)) * step);
    const expected = createHash('sha256').update(hashed).digest('hex');
    expect(Buffer.from(checksum.finish()).toString('hex')).toBe(expected);
  });

  it.each([0, MANY_BYTES])('fails when the file has become shorter, and lives on (%i bytes)', async (totalBytes) => {
    const path = await imageFile(someImage(500_000));
    await using device = await openDevice(path, 'read');
    const setup = {descriptor: device.descriptor, path, sizeBytes: 500_000, digest: 'md5', salt: SALT};
    await using engine = new BlockEngine({...setup, isDirect: false, totalBytes});
    await truncate(path, 300_000);
    await expect(engine.digest({start: 0, step: 4096, count: 122})).rejects.toMatchObject({
      code: 'read',
      message: expect.stringMatching(/cannot read .*image at position 300000: it has become shorter/),
    });
    expect(await engine.digest({start: 0, step: 4096, count: 10})).toHaveLength(160);
  });

  it('ends what is under way when it is disposed of', async () => {
    await using device = await openDevice(await imageFile(someImage(500_000)), 'read');
    const setup = {descriptor: device.descriptor, path: device.path, sizeBytes: 500_000, digest: 'md5', salt: SALT};
    const engine = new BlockEngine({...setup, isDirect: false, totalBytes: MANY_BYTES});
    const digests = engine.digest({start: 0, step: 4096, count: 200_000});
    digests.catch(() => {});
    await engine[Symbol.asyncDispose]();
    await expect(digests).rejects.toMatchObject({code: 'cancelled'});
  });

  it('reads nothing more after that, in one thread either', async () => {
    const path = await imageFile(someImage(500_000));
    const device = await openDevice(path, 'read');
    const setup = {descriptor: device.descriptor, path, sizeBytes: 500_000, digest: 'md5', salt: SALT};
    const engine = new BlockEngine({...setup, isDirect: true, totalBytes: 0});
    const range: HashRange = {start: 0, step: 4096, count: 20};
    const jobs = [range, range, range].map((each) => engine.digest(each));
    for (const job of jobs) job.catch(() => {});
    await jobs[0];
    await engine[Symbol.asyncDispose]();
    await device.close();
    await expect(jobs[2]).rejects.toMatchObject({code: 'cancelled'});
  });
});
