import {deepStrictEqual} from 'node:assert/strict';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {PatchDecoder, type PatchEvent} from '#dist/bdsync/patch/patch-decoder.js';
import {encodeExtentHeader, encodePatchEnd, encodePatchHeader} from '#dist/bdsync/patch/patch-format.js';
import {encodePatch, type PatchParts, rawExtentHeader} from '../../support/patch-bytes.js';

function eventsOf({sizeBytes, deviceName, extents, checksum}: PatchParts): PatchEvent[] {
  return [
    {kind: 'header', header: {sizeBytes, deviceName: Uint8Array.from(deviceName)}},
    ...extents.map(({position, data}) => ({kind: 'extent', position, data: Uint8Array.from(data)}) as const),
    {kind: 'end', ...(checksum && {checksum: {...checksum}})},
  ];
}

/** The events of a patch that comes in these chunks, free of the chunks' memory. */
function decode(chunks: Iterable<Uint8Array>): PatchEvent[] {
  const decoder = new PatchDecoder();
  const events: PatchEvent[] = [];
  for (const chunk of chunks) {
    for (const event of decoder.push(chunk)) {
      events.push(event.kind === 'extent' ? {...event, data: Uint8Array.from(event.data)} : event);
    }
  }
  decoder.finish();
  return events;
}

function* splitAt(bytes: Uint8Array, cuts: readonly number[]): Generator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(from, place);
    from = place;
  }
}

const DEVICE_BYTES = 2 ** 40;
const extent = fc.record({
  position: fc.nat({max: DEVICE_BYTES - 40000}),
  data: fc.oneof(fc.uint8Array({minLength: 1, maxLength: 40}), fc.uint8Array({minLength: 32768, maxLength: 32768})),
});
const patchParts = fc.record({
  sizeBytes: fc.constant(DEVICE_BYTES),
  deviceName: fc.uint8Array({maxLength: 300}),
  extents: fc.array(extent, {maxLength: 8}),
  checksum: fc.option(
    fc.record({
      name: fc.string({minLength: 1, maxLength: 20}),
      value: fc.uint8Array({maxLength: 127}),
    }),
    {nil: undefined},
  ),
});

const SMALL: PatchParts = {
  sizeBytes: 10 * 2 ** 32,
  deviceName: Buffer.from('/dev/vg0/home'),
  extents: [
    {position: 0, data: Buffer.from('first')},
    {position: 9 * 2 ** 32 + 5, data: Buffer.from('second')},
  ],
  checksum: {name: 'md5', value: Uint8Array.from({length: 16}, (_, index) => index)},
};

describe('PatchDecoder', () => {
  it('reads back what was encoded, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(patchParts, fc.array(fc.nat(), {maxLength: 30}), (parts, cuts) => {
        deepStrictEqual(decode(splitAt(encodePatch(parts), cuts)), eventsOf(parts));
      }),
      {numRuns: 60},
    );
  });

  it('reads a patch byte by byte', () => {
    const bytes = encodePatch(SMALL);
    expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(eventsOf(SMALL));
  });

  it('tells of an extent as soon as its last byte is there', () => {
    const bytes = encodePatch(SMALL);
    const decoder = new PatchDecoder();
    const endOfFirst = encodePatchHeader(SMALL).length + 10 + 5;
    expect(decoder.push(bytes.subarray(0, endOfFirst - 1)).map((event) => event.kind)).toEqual(['header']);
    expect(decoder.push(bytes.subarray(endOfFirst - 1, endOfFirst)).map((event) => event.kind)).toEqual(['extent']);
  });

  it('accepts the longest record that the format can say', () => {
    const data = Buffer.alloc(65535, 7);
    const bytes = Buffer.concat([
      encodePatchHeader({sizeBytes: 70000, deviceName: Buffer.from('d')}),
      rawExtentHeader(4465n, 65535),
      data,
      encodePatchEnd(),
    ]);
    const [, record] = decode([bytes]);
    expect(record).toEqual({kind: 'extent', position: 4465, data: Uint8Array.from(data)});
  });

  it('accepts an empty record anywhere but at position 0, where it is the end', () => {
    const bytes = Buffer.concat([
      encodePatchHeader({sizeBytes: 100, deviceName: Buffer.from('d')}),
      rawExtentHeader(100n, 0),
      encodePatchEnd(),
    ]);
    expect(decode([bytes]).map((event) => event.kind)).toEqual(['header', 'extent', 'end']);
  });

  it('throws at every place where a patch can end early, and names it', () => {
    const bytes = encodePatch(SMALL);
    for (let length = 1; length < bytes.length; length += 1) {
      expect(() => decode([bytes.subarray(0, length)])).toThrowError(
        expect.objectContaining({
          code: 'invalid-patch',
          message: expect.stringContaining(`ends early at offset ${length}, in the `),
        }),
      );
    }
    expect(() => decode([])).toThrow('the patch is empty');
  });

  it('throws for bytes after the end, in the same piece or a later one', () => {
    const bytes = encodePatch(SMALL);
    const message = `the patch has bytes after its end at offset ${bytes.length}`;
    expect(() => decode([bytes, Uint8Array.of(0)])).toThrow(message);
    expect(() => decode([Buffer.concat([bytes, Uint8Array.of(0)])])).toThrow(message);
  });

  const prelude = encodePatchHeader({sizeBytes: 1000, deviceName: Buffer.from('device')});
  it.each([
    ['text', Buffer.from('bash: bdsync: command not found\n'), "the patch does not begin with 'BDSYNC '"],
    ['another version', Buffer.from('BDSYNC 0.4\n and so on'), 'the patch is of an unknown version at offset 7'],
    ['a carriage return', Buffer.from('BDSYNC 0.3\r\n and so on'), 'the patch is of an unknown version'],
    ['an impossible size', corrupted(prelude, 11 + 6, 0x20), 'claims an impossible device size at offset 11'],
    ['an oversized name', corrupted(prelude, 11 + 9, 0x41), 'oversized device name (16646 bytes) at offset 19'],
    [
      'data past the end of its device',
      Buffer.concat([prelude, rawExtentHeader(999n, 2), Buffer.from('xy')]),
      `outside of its device at offset ${prelude.length}: 2 bytes at 999, the device has 1000 bytes`,
    ],
    ['an empty record past the end', Buffer.concat([prelude, rawExtentHeader(1001n, 0)]), '0 bytes at 1001'],
    [
      'a position beyond safe integers',
      Buffer.concat([prelude, rawExtentHeader(2n ** 53n, 0)]),
      'no position that a device can have',
    ],
    [
      'a position that wraps around',
      Buffer.concat([prelude, rawExtentHeader(2n ** 64n - 1n, 2)]),
      'no position that a device can have',
    ],
    [
      'an oversized checksum name',
      Buffer.concat([prelude, rawExtentHeader(0n, 0), Uint8Array.of(128)]),
      `oversized checksum name (128 bytes) at offset ${prelude.length + 10}`,
    ],
    [
      'an oversized checksum',
      Buffer.concat([prelude, rawExtentHeader(0n, 0), Uint8Array.of(1, 65, 200)]),
      `oversized checksum value (200 bytes) at offset ${prelude.length + 12}`,
    ],
  ])('throws for %s', (_, bytes, message) => {
    expect(() => decode([bytes])).toThrowError(
      expect.objectContaining({code: 'invalid-patch', message: expect.stringContaining(message)}),
    );
  });
});

function corrupted(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[offset] = value;
  return copy;
}

describe('encodePatchHeader', () => {
  it('refuses a name that readers refuse', () => {
    expect(() => encodePatchHeader({sizeBytes: 1, deviceName: new Uint8Array(16385)})).toThrow('16385 bytes');
  });
});

describe('encodeExtentHeader', () => {
  it('writes extents of 1 to 32768 bytes only', () => {
    expect(() => encodeExtentHeader(5, 0)).toThrow(RangeError);
    expect(() => encodeExtentHeader(5, 32769)).toThrow(RangeError);
    expect(() => encodeExtentHeader(2 ** 53, 1)).toThrow(RangeError);
  });
});
