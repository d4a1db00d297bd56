import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {beforeEach, describe, expect, it} from 'vitest';
import {encodeGetBlock, encodeGetHashes, MAX_BLOCK_ANSWER_BYTES} from '#dist/bdsync/wire/block-messages.js';
import {encodeSignal, MAX_MESSAGE_BYTES} from '#dist/bdsync/wire/message.js';
import {encodeDevfile, encodeDigests, encodeHello} from '#dist/bdsync/wire/opening-messages.js';
import {serve} from '#dist/bdsync/server.js';
import {type ChannelPair, channelPair} from '../support/channel-pair.js';
import {framedMessages} from '../support/framed-messages.js';
import {rawMessage, u64s} from '../support/raw-message.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const SIZE_BYTES = 10_000;
const HELLO = encodeHello('CLIENT');
const DIGESTS = encodeDigests({salt: new Uint8Array(32), digest: 'md5'});
const WITH_CHECKSUM = encodeDigests({salt: new Uint8Array(32), digest: 'md5', checksum: 'sha1'});
const DONE = encodeSignal('done');
const GETCHECKSUM = encodeSignal('getchecksum');

let folder: string;
let channels: ChannelPair;

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'image'), randomBytes(SIZE_BYTES));
  channels = channelPair();
});

function start(signal?: AbortSignal): Promise<void> {
  return serve({channel: channels.server, ...(signal && {signal})});
}

/** What a server makes of a client that sends this and then stays silent. */
function serveTo(messages: readonly Uint8Array[]): Promise<void> {
  channels.client.output.write(Buffer.concat(messages));
  return start();
}

function devfile(): Uint8Array {
  return encodeDevfile(join(folder, 'image'));
}

function hashes(start: number | bigint, step: number | bigint, count: number | bigint): Buffer {
  return rawMessage(5, u64s(start, step, count));
}

function block(position: number | bigint, length: number | bigint): Buffer {
  return rawMessage(8, u64s(position, length));
}

describe('a server', () => {
  it('ends with a client that is done', async () => {
    const answers = channels.client.input.toArray();
    await serveTo([HELLO, devfile(), DIGESTS, encodeGetHashes({start: 0, step: 4096, count: 3}), DONE]);
    channels.server.output.end();
    const kinds = framedMessages(Buffer.concat(await answers)).map((message) => message[4]);
    expect(kinds).toEqual([1, 3, 6, 7]);
  });

  it('ends with a client that is done before it asks for anything', async () => {
    await expect(serveTo([HELLO, devfile(), DONE])).resolves.toBeUndefined();
  });

  it('echoes hints, also one that it does not know', async () => {
    const answers = channels.client.input.toArray();
    const hints = [0, 1, 77].map((step) => encodeGetHashes({start: 9_999_999, step, count: 0}));
    await serveTo([HELLO, devfile(), DIGESTS, ...hints, DONE]);
    channels.server.output.end();
    const echoes = framedMessages(Buffer.concat(await answers)).slice(2, -1);
    expect(echoes).toEqual([0, 1, 77].map((step) => rawMessage(6, u64s(9_999_999, step, 0))));
  });

  it.each<[string, Uint8Array[], RegExp]>([
    ['a count that is too large for an answer', [hashes(0, 4096, 8191)], /8191 hashes at once, at most 8190/],
    ['a count of 2^52', [hashes(0, 1, 2n ** 52n)], /at most 8190 fit/],
    ['a count of 2^64 - 1', [hashes(0, 4096, 2n ** 64n - 1n)], /2\^53 or more/],
    ['a step of nothing', [hashes(0, 0, 1)], /hashes of 0 bytes, expected 1 to 4294967296/],
    ['a step of 2^52', [hashes(0, 2n ** 52n, 1)], /hashes of 4503599627370496 bytes/],
    ['a step of 2^60', [hashes(0, 2n ** 60n, 1)], /2\^53 or more/],
    ['a range beyond 2^53', [hashes(2n ** 53n - 1n, 4096, 1)], /beyond 2\^53/],
    ['a block of nothing', [block(0, 0)], /a block of 0 bytes, expected 1 to 131063/],
    ['a block that is too long for an answer', [block(0, MAX_BLOCK_ANSWER_BYTES + 1)], /a block of 131064 bytes/],
    ['a block past the end', [block(9999, 2)], /asked for 2 bytes at 9999, but the device has 10000 bytes/],
    ['a block far beyond', [block(2n ** 52n, 1)], /but the device has 10000 bytes/],
    ['a second digests message', [DIGESTS], /sent a digests message where a request or done was due/],
    ['a second device', [encodeDevfile('/dev/null')], /sent a devfile message where a request or done was due/],
    ['a second hello', [HELLO], /sent a hello message where a request or done was due/],
    ['an answer', [rawMessage(6, u64s(0, 0, 0))], /sent a hashes message where a request or done was due/],
    ['a checksum that was not ordered', [GETCHECKSUM], /had not ordered/],
    ['getchecksum with content', [rawMessage(10, Buffer.from('x'))], /getchecksum message with 1 bytes/],
    ['done with content', [rawMessage(7, Buffer.from('x'))], /done message with 1 bytes/],
    ['a short request', [rawMessage(5, u64s(0, 1))], /gethashes message with 16 bytes of content, expected 24/],
    ['an unknown token', [rawMessage(12, Buffer.alloc(0))], /the client broke the protocol: .*unknown token 12/],
    ['an oversized message', [rawMessage(5, Buffer.alloc(0), MAX_MESSAGE_BYTES + 1)], /announces 131073 bytes/],
  ])('refuses %s', async (_, requests, message) => {
    const failure = {code: 'protocol', message: expect.stringMatching(message)};
    await expect(serveTo([HELLO, devfile(), DIGESTS, ...requests])).rejects.toMatchObject(failure);
  });

  it.each<[string, () => Uint8Array[], RegExp]>([
    ['another hello', () => [encodeHello('CLIENT 0.4')], /unknown protocol version/],
    ['a device before hello', () => [devfile()], /sent a devfile message where its hello was due/],
    ['a request before the device', () => [HELLO, hashes(0, 4096, 1)], /where the name of a device was due/],
    ['a request before the digests', () => [HELLO, devfile(), hashes(0, 4096, 1)], /where the digests to use were due/],
    ['a second device in place of digests', () => [HELLO, devfile(), devfile()], /where the digests to use were due/],
    ['a salt that is too long', () => [HELLO, devfile(), rawMessage(4, Buffer.alloc(200, 200))], /salt of 200 bytes/],
    ['text', () => [Buffer.from('GET / HTTP/1.1\r\n\r\n')], /the client does not speak .* "GET \/ HTTP\/1.1"/],
  ])('refuses %s', async (_, messages, message) => {
    const failure = {code: 'protocol', message: expect.stringMatching(message)};
    await expect(serveTo(messages())).rejects.toMatchObject(failure);
  });

  it('refuses a second question for the checksum', async () => {
    const requests = [hashes(0, 4096, 3), GETCHECKSUM, GETCHECKSUM];
    await expect(serveTo([HELLO, devfile(), WITH_CHECKSUM, ...requests])).rejects.toThrow(/or for a second one/);
  });

  it('refuses to leave out data from a checksum', async () => {
    const requests = [hashes(0, 4096, 1), hashes(8192, 4096, 1)];
    const failure = serveTo([HELLO, devfile(), WITH_CHECKSUM, ...requests]);
    await expect(failure).rejects.toThrow(/from 8192 on, expected at most 4096/);
  });

  it('names digests that it does not know', async () => {
    const digests = encodeDigests({salt: new Uint8Array(1), digest: 'md17'});
    await expect(serveTo([HELLO, devfile(), digests])).rejects.toMatchObject({
      code: 'digest',
      message: 'the client asked for the unknown digest "md17"',
    });
    channels = channelPair();
    const checksum = encodeDigests({salt: new Uint8Array(1), digest: 'md5', checksum: 'crc17'});
    await expect(serveTo([HELLO, devfile(), checksum])).rejects.toMatchObject({code: 'checksum'});
  });

  it('names a device that it cannot open', async () => {
    await expect(serveTo([HELLO, encodeDevfile('/nowhere/at/all')])).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('/nowhere/at/all'),
    });
  });
});

describe('a server whose client goes away', () => {
  it('ends at every point between and within messages', async () => {
    const messages = [HELLO, devfile(), DIGESTS, encodeGetHashes({start: 0, step: 4096, count: 3})];
    messages.push(encodeGetBlock({position: 0, length: 4096}), DONE);
    for (const [index, message] of messages.entries()) {
      for (const cut of [0, 3, message.length - 1]) {
        channels = channelPair(1 << 20);
        channels.client.output.end(Buffer.concat([...messages.slice(0, index), message.subarray(0, cut)]));
        const label = `${cut} bytes into message ${index}`;
        // A client that does not like the size of the device ends here.
        if (index === 2 && cut === 0) await expect(start(), label).resolves.toBeUndefined();
        else await expect(start(), label).rejects.toMatchObject({code: 'protocol'});
      }
    }
  });

  it('ends when nobody takes its answers any more', async () => {
    const served = expect(serveTo([HELLO, devfile(), DIGESTS])).rejects.toMatchObject({code: 'protocol'});
    await delay(5);
    channels.server.output.destroy(new Error('write EPIPE'));
    await served;
  });

  it('ends when its client stops to read in the middle of an answer', async () => {
    const requests = Array.from({length: 50}, () => encodeGetBlock({position: 0, length: SIZE_BYTES}));
    const served = expect(serveTo([HELLO, devfile(), DIGESTS, ...requests])).rejects.toMatchObject({code: 'protocol'});
    await delay(20);
    channels.client.input.destroy(new Error('gone'));
    await served;
  });
});

describe('a server whose client asks without reading', () => {
  it('stops to take requests', async () => {
    const controller = new AbortController();
    const served = expect(start(controller.signal)).rejects.toMatchObject({code: 'cancelled'});
    channels.client.output.write(Buffer.concat([HELLO, devfile(), DIGESTS]));
    const request = encodeGetBlock({position: 0, length: SIZE_BYTES});
    let takenBytes = 0;
    while (channels.client.output.write(Buffer.concat(Array.from({length: 100}, () => request)))) {
      takenBytes += 100 * request.length;
      if (takenBytes > 10_000_000) break;
      await delay(1);
    }
    expect(takenBytes).toBeLessThan(200_000);
    controller.abort();
    await served;
  });

  it('answers all of them as soon as they are read', async () => {
    const output = new PassThrough();
    const requests = Array.from({length: 300}, () => encodeGetBlock({position: 0, length: SIZE_BYTES}));
    channels.client.output.write(Buffer.concat([HELLO, devfile(), DIGESTS, ...requests, DONE]));
    const served = serve({channel: {input: channels.server.input, output}});
    await delay(20);
    const answers = output.toArray();
    await served;
    output.end();
    expect(framedMessages(Buffer.concat(await answers))).toHaveLength(303);
  });
});

describe('a server that is cancelled', () => {
  it('stops waiting for requests', async () => {
    const controller = new AbortController();
    const served = expect(start(controller.signal)).rejects.toMatchObject({code: 'cancelled'});
    await delay(5);
    controller.abort();
    await served;
  });

  it('stops in the middle of a range that would take minutes', async () => {
    const controller = new AbortController();
    channels.client.output.write(
      Buffer.concat([HELLO, devfile(), DIGESTS, encodeGetHashes({start: 0, step: 2 ** 32, count: 100})]),
    );
    const served = expect(start(controller.signal)).rejects.toMatchObject({code: 'cancelled'});
    // Long enough for the range to be begun.
    await delay(500);
    controller.abort();
    await served;
  });
});
