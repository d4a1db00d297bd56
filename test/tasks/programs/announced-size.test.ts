import {describe, expect, it} from 'vitest';
import {encodeHello, encodeSize} from '#dist/bdsync/wire/opening-messages.js';
import {AnnouncedSize} from '#dist/tasks/programs/announced-size.js';

const OPENING = Buffer.concat([encodeHello('SERVER'), encodeSize(300_000)]);
const LATER = Buffer.concat([encodeSize(5), Buffer.from('whatever')]);

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) yield bytes.subarray(offset, offset + chunkBytes);
}

/** What was told, at which count of bytes passed on. */
async function observe(bytes: Uint8Array, chunkBytes: number) {
  const told: [string, number][] = [];
  const passed: Uint8Array[] = [];
  const passedBytes = (): number => Buffer.concat(passed).length;
  const announced = new AnnouncedSize({
    onSize: () => told.push(['size', passedBytes()]),
    onFault: () => told.push(['fault', passedBytes()]),
  });
  for await (const chunk of announced.observe(chunked(bytes, chunkBytes))) passed.push(chunk);
  return {announced, told, passed: Buffer.concat(passed)};
}

describe('the size that a server announces', () => {
  it.each([1, 7, OPENING.length, 1000])(
    'is told once, before it is passed on, in chunks of %i bytes',
    async (chunk) => {
      const bytes = Buffer.concat([OPENING, LATER]);
      const {announced, told, passed} = await observe(bytes, chunk);
      expect(announced.sizeBytes).toBe(300_000);
      expect(told).toEqual([['size', Math.floor((OPENING.length - 1) / chunk) * chunk]]);
      expect(passed).toEqual(bytes);
    },
  );

  it('is not told of a server that says hello alone', async () => {
    const {announced, told} = await observe(encodeHello('SERVER'), 7);
    expect([announced.sizeBytes, announced.fault, told]).toEqual([undefined, undefined, []]);
  });

  it('is not told of a server that speaks something else, which is told once', async () => {
    const banner = Buffer.from('Welcome to the backup host\n');
    const {announced, told, passed} = await observe(Buffer.concat([banner, OPENING]), 1000);
    expect(announced.fault?.message).toContain('Welcome');
    expect(told).toEqual([['fault', 0]]);
    expect(passed).toEqual(Buffer.concat([banner, OPENING]));
  });
});
