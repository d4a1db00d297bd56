import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {MAX_MESSAGE_BYTES, MESSAGE_KINDS, type WireMessage} from '#dist/bdsync/wire/message.js';
import {MessageDecoder} from '#dist/bdsync/wire/message-decoder.js';
import {everyByte, someCuts, splitAt} from '../../support/byte-splits.js';
import {rawMessage} from '../../support/raw-message.js';
import {wireMessage} from '../../support/wire-messages.js';

describe('MessageDecoder', () => {
  it('finds the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(wireMessage, {maxLength: 8}), someCuts, (messages, cuts) => {
        const bytes = Buffer.concat(messages);
        const whole = messages.map(asDecoded);
        expect(decode([bytes])).toEqual(whole);
        expect(decode(everyByte(bytes))).toEqual(whole);
        expect(decode(splitAt(bytes, cuts))).toEqual(whole);
      }),
      {numRuns: 60},
    );
  });

  it('knows every token', () => {
    for (const [index, kind] of MESSAGE_KINDS.entries()) {
      expect(decode([rawMessage(index + 1, Buffer.from('x'))])).toEqual([{kind, payload: Buffer.from('x')}]);
    }
  });

  it('takes the longest message and refuses a longer one by its length alone', () => {
    const longest = rawMessage(9, Buffer.alloc(MAX_MESSAGE_BYTES - 1, 7));
    expect(decode(splitAt(longest, [1, 3, 70000]))).toHaveLength(1);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(MAX_MESSAGE_BYTES + 1);
    expect(() => decode(everyByte(length))).toThrow(
      expect.objectContaining({code: 'protocol', message: 'a message announces 131073 bytes, 1 to 131072 are allowed'}),
    );
  });

  it('refuses a message without a token', () => {
    expect(() => decode([Buffer.alloc(4)])).toThrow(/announces 0 bytes/);
  });

  it.each([0, 12, 255])('refuses the unknown token %i before its content is there', (token) => {
    expect(() => decode([rawMessage(token, Buffer.alloc(0), 1000)])).toThrow(`unknown token ${token}`);
  });

  it('gives what came before a fault, in the same piece as well', () => {
    const seen: WireMessage[] = [];
    expect(() => {
      const bytes = Buffer.concat([rawMessage(7, Buffer.alloc(0)), rawMessage(99, Buffer.alloc(0))]);
      for (const message of new MessageDecoder().push(bytes)) seen.push(message);
    }).toThrow(/unknown token/);
    expect(seen).toEqual([{kind: 'done', payload: Buffer.alloc(0)}]);
  });

  it('tells an end within a message from an end behind one, at every byte', () => {
    fc.assert(
      fc.property(wireMessage, (message) => {
        for (let end = 1; end < message.length; end += 1) {
          const decoder = new MessageDecoder();
          expect([...decoder.push(message.subarray(0, end))]).toEqual([]);
          expect(() => decoder.finish()).toThrow(/ended within a/);
        }
        const decoder = new MessageDecoder();
        expect([...decoder.push(message)]).toHaveLength(1);
        decoder.finish();
      }),
      {numRuns: 20},
    );
  });

  it('says how far a message came', () => {
    const decoder = new MessageDecoder();
    expect([...decoder.push(rawMessage(6, Buffer.alloc(3), 25))]).toEqual([]);
    expect(() => decoder.finish()).toThrow(
      'the connection ended within a hashes message, after 3 of 24 bytes of its content',
    );
  });
});

function decode(pieces: readonly Uint8Array[]): WireMessage[] {
  const decoder = new MessageDecoder();
  const messages = pieces.flatMap((piece) => [...decoder.push(piece)]);
  decoder.finish();
  return messages.map(({kind, payload}) => ({kind, payload: Buffer.from(payload)}));
}

function asDecoded(message: Uint8Array): {kind: string | undefined; payload: Buffer} {
  return {kind: MESSAGE_KINDS[(message[4] ?? 0) - 1], payload: Buffer.from(message.subarray(5))};
}
