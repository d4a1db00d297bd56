import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  encodeChecksum,
  encodeGetBlock,
  encodeGetHashes,
  MAX_BLOCK_ANSWER_BYTES,
  maxHashCount,
  openBlock,
  openHashes,
  parseBlock,
  parseChecksum,
  parseGetBlock,
  parseGetHashes,
  parseHashes,
} from '#dist/bdsync/wire/block-messages.js';
import {encodeSignal, MAX_MESSAGE_BYTES, parseSignal} from '#dist/bdsync/wire/message.js';
import {
  encodeDevfile,
  encodeDigests,
  encodeHello,
  encodeSize,
  parseDevfile,
  parseDigests,
  parseHello,
  parseSize,
} from '#dist/bdsync/wire/opening-messages.js';
import {u64s} from '../support/raw-message.js';

const u53 = fc.nat({max: Number.MAX_SAFE_INTEGER});
const protocol = expect.objectContaining({code: 'protocol'});

describe('hello', () => {
  it('has the bytes that the original sends', () => {
    expect(Buffer.from(encodeHello('SERVER'))).toEqual(Buffer.from('\x0b\0\0\0\x01SERVER 0.5', 'latin1'));
  });

  it('ignores the name up to the first blank', () => {
    expect(parseHello(Buffer.from('bdsync-manager 0.5'))).toBe('bdsync-manager');
    expect(parseHello(Buffer.from(' 0.5'))).toBe('');
  });

  it.each(['SERVER 0.4', 'SERVER', '', 'SERVER 0.5 ', 'a b 0.5', 'SERVER 0.5\0'])('refuses %j', (text) => {
    expect(() => parseHello(Buffer.from(text))).toThrow(protocol);
  });

  it('says which version came and which was expected', () => {
    expect(() => parseHello(Buffer.from('SERVER 0.4'))).toThrow('unknown protocol version "0.4", expected "0.5"');
  });

  it('refuses a book', () => {
    expect(() => parseHello(Buffer.from(`${'x'.repeat(2000)} 0.5`))).toThrow(/2004 bytes/);
  });
});

describe('devfile and size', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', minLength: 2}), u53, (path, bytes) => {
        fc.pre(!path.includes('\0') && Buffer.from(path).toString() === path);
        expect(parseDevfile(payloadOf(encodeDevfile(path)))).toBe(path);
        expect(parseSize(payloadOf(encodeSize(bytes)))).toBe(bytes);
      }),
    );
  });

  it.each([
    ['a path of one byte', Buffer.from('a')],
    ['a path with a NUL', Buffer.from('/dev/a\0b')],
    ['a path that is no UTF-8', Buffer.from([0x2f, 0xff, 0xfe])],
  ])('refuses %s', (_, payload) => {
    expect(() => parseDevfile(payload)).toThrow(protocol);
  });

  it.each([Buffer.alloc(7), Buffer.alloc(9), u64s(2n ** 53n), u64s(2n ** 64n - 1n)])(
    'refuses the size %j',
    (payload) => {
      expect(() => parseSize(payload)).toThrow(protocol);
    },
  );
});

describe('digests', () => {
  it('come back as they went', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
    fc.assert(
      fc.property(
        fc.uint8Array({maxLength: 127}),
        name,
        fc.option(name, {nil: undefined}),
        (salt, digest, checksum) => {
          const choice = {salt, digest, ...(checksum !== undefined && {checksum})};
          expect(parseDigests(payloadOf(encodeDigests(choice)))).toEqual(choice);
        },
      ),
    );
  });

  it.each([
    ['nothing', ''],
    ['a salt of 128 bytes', `\x80${'s'.repeat(128)}md5\0\0`],
    ['a salt that is cut off', '\x20short'],
    ['one name', '\0md5\0'],
    ['a checksum without its NUL', '\0md5\0sha1'],
    ['three names', '\0md5\0sha1\0sha256\0'],
    ['bytes behind the names', '\0md5\0\0x'],
    ['an empty digest', '\0\0\0'],
  ])('are refused with %s', (_, text) => {
    expect(() => parseDigests(Buffer.from(text, 'latin1'))).toThrow(protocol);
  });
});

describe('gethashes and hashes', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(u53, u53, fc.nat({max: 20}), fc.integer({min: 1, max: 64}), (start, step, count, digestBytes) => {
        const range = {start, step, count};
        expect(parseGetHashes(payloadOf(encodeGetHashes(range)))).toEqual(range);
        const {message, digests} = openHashes(range, digestBytes);
        digests.fill(0xa5);
        expect(parseHashes(payloadOf(message), digestBytes)).toEqual({range, digests});
      }),
    );
  });

  it.each([16, 20, 28, 32, 48, 64])('fit as many digests of %i bytes into a message as it can hold', (digestBytes) => {
    const count = maxHashCount(digestBytes);
    expect(openHashes({start: 0, step: 1, count}, digestBytes).message.length).toBeLessThanOrEqual(
      MAX_MESSAGE_BYTES + 4,
    );
    expect(() => openHashes({start: 0, step: 1, count: count + 1}, digestBytes)).toThrow(RangeError);
  });

  it.each([
    ['a count that is larger than the digests', Buffer.concat([u64s(0, 4096, 3), Buffer.alloc(32)])],
    ['a count that is smaller than the digests', Buffer.concat([u64s(0, 4096, 1), Buffer.alloc(32)])],
    ['a count that would wrap around', Buffer.concat([u64s(0, 4096, 2n ** 60n), Buffer.alloc(32)])],
    ['a part of a digest', Buffer.concat([u64s(0, 4096, 1), Buffer.alloc(15)])],
    ['a cut header', u64s(0, 4096)],
  ])('refuses %s', (_, payload) => {
    expect(() => parseHashes(payload, 16)).toThrow(protocol);
  });

  it('refuses a request that is not three numbers', () => {
    expect(() => parseGetHashes(u64s(0, 1))).toThrow(/16 bytes of content, expected 24/);
    expect(() => parseGetHashes(u64s(0, 2n ** 53n, 1))).toThrow(/2\^53/);
  });
});

describe('getblock and block', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(u53, fc.uint8Array({minLength: 1}), (position, content) => {
        const range = {position, length: content.length};
        expect(parseGetBlock(payloadOf(encodeGetBlock(range)))).toEqual(range);
        const {message, data} = openBlock(range);
        data.set(content);
        expect(parseBlock(payloadOf(message))).toEqual({position, data: content});
      }),
    );
  });

  it('fit up to the limit of a message', () => {
    const {message} = openBlock({position: 0, length: MAX_BLOCK_ANSWER_BYTES});
    expect(message.length).toBe(MAX_MESSAGE_BYTES + 4);
    expect(() => openBlock({position: 0, length: MAX_BLOCK_ANSWER_BYTES + 1})).toThrow(RangeError);
  });

  it('refuses a block without data', () => {
    expect(() => parseBlock(u64s(0))).toThrow(protocol);
  });
});

describe('checksum, getchecksum and done', () => {
  it('come back as they went', () => {
    expect(parseChecksum(payloadOf(encodeChecksum(Buffer.from('abcd'))))).toEqual(new Uint8Array(Buffer.from('abcd')));
    expect(payloadOf(encodeSignal('done'))).toHaveLength(0);
  });

  it('refuse what is too short or too long', () => {
    expect(() => parseChecksum(Buffer.from('a'))).toThrow(protocol);
    expect(() => parseSignal({kind: 'done', payload: Buffer.from('x')})).toThrow(
      'done message with 1 bytes of content, expected 0',
    );
  });
});

function payloadOf(message: Uint8Array): Uint8Array {
  return message.subarray(5);
}
