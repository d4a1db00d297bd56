import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as delay, setImmediate as nextTurn} from 'node:timers/promises';
import {beforeEach, describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions, type DiffResult, generatePatch} from '#dist/bdsync/client.js';
import {MAX_MESSAGE_BYTES} from '#dist/bdsync/wire/message.js';
import {openNamed, PatchCollector} from '../support/bdsync-session.js';
import {type ChannelPair, channelPair} from '../support/channel-pair.js';
import {framedMessages} from '../support/framed-messages.js';
import {GOLDEN_CASES, makeGoldenImages, readGolden} from '../support/golden-cases.js';
import {rawMessage, u64s} from '../support/raw-message.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const BLOCKS = 3;
const SIZE_BYTES = BLOCKS * 4096;
const HELLO = rawMessage(1, Buffer.from('SERVER 0.5'));
const SIZE = rawMessage(3, u64s(SIZE_BYTES));
/** Digests that no block has: everything differs. */
const HASHES = rawMessage(6, Buffer.concat([u64s(0, 4096, BLOCKS), Buffer.alloc(BLOCKS * 16)]));
const RELPOS_ECHO = rawMessage(6, u64s(SIZE_BYTES, 1, 0));
const DONE = rawMessage(7, Buffer.alloc(0));
const OVERSIZED = rawMessage(1, Buffer.alloc(0), MAX_MESSAGE_BYTES + 1);
const REMOTE_DATA: Partial<DiffOptions> = {remoteData: true};

let folder: string;
let channels: ChannelPair;
let patch: PatchCollector;

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'local.img'), randomBytes(SIZE_BYTES));
  channels = channelPair();
  patch = new PatchCollector();
});

async function diff(options: Partial<DiffOptions> = {}, signal?: AbortSignal): Promise<DiffResult> {
  await using source = await openNamed(folder, 'local.img');
  return await generatePatch({
    channel: channels.client,
    source,
    remotePath: '/dev/remote',
    options: {...DEFAULT_DIFF_OPTIONS, ...options},
    writePatch: patch.write,
    ...(signal && {signal}),
  });
}

/** What the client makes of a server that sends this and then stays silent. */
function diffAgainst(messages: readonly Uint8Array[], options: Partial<DiffOptions> = {}): Promise<DiffResult> {
  channels.server.output.write(Buffer.concat(messages));
  return diff(options);
}

function someHashes(start: number, step: number, count: number, digests = count): Buffer {
  return rawMessage(6, Buffer.concat([u64s(start, step, count), Buffer.alloc(digests * 16)]));
}

/** Resolves when the client has said hello, and so listens to its streams. */
async function clientBegan(): Promise<void> {
  await once(channels.server.input, 'readable');
}

describe('a client', () => {
  it('finishes with a server that keeps to the protocol', async () => {
    expect(await diffAgainst([HELLO, SIZE, HASHES, RELPOS_ECHO, DONE])).toEqual({
      sourceBytes: SIZE_BYTES,
      targetBytes: SIZE_BYTES,
      comparedBytes: SIZE_BYTES,
      differingBlocks: BLOCKS,
      differingBytes: SIZE_BYTES,
      patchBytes: patch.bytes().length,
      digestBytes: BLOCKS * 16,
    });
  });

  it.each<[string, Uint8Array[], RegExp, Partial<DiffOptions>?]>([
    [
      'a hello of another version',
      [rawMessage(1, Buffer.from('SERVER 0.4'))],
      /unknown protocol version "0.4", expected "0.5"/,
    ],
    ['another message than hello', [SIZE], /sent a size message where its hello was due/],
    ['an oversized first message', [OVERSIZED], /announces 131073 bytes, 1 to 131072 are allowed/],
    ['an oversized message', [HELLO, OVERSIZED], /server broke the protocol: a message announces 131073 bytes/],
    ['an unknown token', [HELLO, rawMessage(12, Buffer.alloc(0))], /unknown token 12/],
    ['a message without a token', [HELLO, Buffer.alloc(4)], /announces 0 bytes/],
    ['a size of seven bytes', [HELLO, rawMessage(3, Buffer.alloc(7))], /size message with 7 bytes/],
    ['an impossible size', [HELLO, rawMessage(3, u64s(2n ** 63n))], /2\^53 or more/],
    ['hashes without being asked', [HELLO, HASHES], /sent a hashes message where the size of \/dev\/remote was due/],
    [
      'a second size',
      [HELLO, SIZE, SIZE],
      /sent a size message where the hashes of 3 blocks of 4096 bytes at 0 was due/,
    ],
    [
      'hashes of another place',
      [HELLO, SIZE, someHashes(4096, 4096, 3)],
      /not asked for \(start 4096, step 4096, count 3\)/,
    ],
    ['hashes of another step', [HELLO, SIZE, someHashes(0, 512, 3)], /not asked for \(start 0, step 512, count 3\)/],
    ['fewer hashes', [HELLO, SIZE, someHashes(0, 4096, 2)], /not asked for .*count 2/],
    ['more hashes', [HELLO, SIZE, someHashes(0, 4096, 4)], /not asked for .*count 4/],
    ['a count that does not fit', [HELLO, SIZE, someHashes(0, 4096, 3, 2)], /32 bytes where it announces 3 digests/],
    ['an echo instead of hashes', [HELLO, SIZE, RELPOS_ECHO], /not asked for .*count 0/],
    ['the echo of another hint', [HELLO, SIZE, HASHES, rawMessage(6, u64s(0, 1, 0))], /the echo of hint 1 at 12288/],
    ['hashes twice', [HELLO, SIZE, HASHES, HASHES], /the echo of hint 1 at 12288/],
    [
      'a block that is not due',
      [HELLO, SIZE, rawMessage(9, Buffer.alloc(20))],
      /sent a block message where the hashes/,
    ],
    [
      'another block',
      [HELLO, SIZE, HASHES, rawMessage(9, Buffer.concat([u64s(4096), Buffer.alloc(4096)]))],
      /4096 bytes at 4096\) where the block of 4096 bytes at 0/,
      REMOTE_DATA,
    ],
    [
      'a shorter block',
      [HELLO, SIZE, HASHES, rawMessage(9, Buffer.concat([u64s(0), Buffer.alloc(4095)]))],
      /4095 bytes at 0\) where the block of 4096/,
      REMOTE_DATA,
    ],
    ['a block without data', [HELLO, SIZE, HASHES, rawMessage(9, u64s(0))], /block message with 8 bytes/, REMOTE_DATA],
    [
      'done with content',
      [HELLO, SIZE, HASHES, RELPOS_ECHO, rawMessage(7, Buffer.from('x'))],
      /done message with 1 bytes/,
    ],
    [
      'something else than done',
      [HELLO, SIZE, HASHES, RELPOS_ECHO, HASHES],
      /where the confirmation of the end was due/,
    ],
  ])('refuses %s', async (_, messages, message, options) => {
    await expect(diffAgainst(messages, options)).rejects.toMatchObject({
      name: 'BdsyncError',
      code: 'protocol',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [0, /checksum message with 1 bytes/, 1],
    [0, /checksum of 128 bytes, expected at most 127/, 128],
  ])('refuses a checksum that a patch cannot hold', async (_, message, length) => {
    const blocks = [0, 4096, 8192].map((position) =>
      rawMessage(9, Buffer.concat([u64s(position), Buffer.alloc(4096)])),
    );
    const checksum = rawMessage(11, Buffer.alloc(length));
    const messages = [HELLO, SIZE, HASHES, ...blocks, RELPOS_ECHO, checksum];
    await expect(diffAgainst(messages, {...REMOTE_DATA, checksum: 'md5'})).rejects.toThrow(message);
  });

  it('never completes a patch of a conversation that failed', async () => {
    await expect(diffAgainst([HELLO, SIZE, HASHES, RELPOS_ECHO, HASHES])).rejects.toThrow();
    expect(patch.bytes().subarray(-11).equals(Buffer.alloc(11))).toBe(false);
  });
});

describe('a client that meets text in place of the protocol', () => {
  it('quotes it', async () => {
    channels.server.output.end('\u001B[1mWelcome\u001B[0m to backup1!\r\nYou have new mail.\n');
    await expect(diff()).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('began with the text "Welcome to backup1! You have new mail."'),
      hint: expect.stringContaining('must print nothing'),
    });
  });

  it('waits for the rest of it, and does not need its end', async () => {
    const failure = expect(diff()).rejects.toThrow('"Last login: never from far away"');
    for (const piece of ['Last', ' login', ': never ', 'from far away\n']) {
      channels.server.output.write(piece);
      await nextTurn();
    }
    await failure;
  });

  it('quotes a text that is shorter than any message', async () => {
    channels.server.output.end('no\n');
    await expect(diff()).rejects.toThrow('"no"');
  });

  it('quotes no more than the start of a flood', async () => {
    channels.server.output.write('flood '.repeat(100_000));
    await expect(diff()).rejects.toThrow(/"(flood ){33}fl…"/);
  });
});

describe('a client whose server goes away', () => {
  it('fails at every point between and within messages', async () => {
    const golden = GOLDEN_CASES.find(({id}) => id === 'remdata-checksum');
    if (!golden) throw new Error('the case is gone');
    await makeGoldenImages(golden, folder);
    const answers = framedMessages(await readGolden(golden, 'server-to-client.bin'));
    const options: Partial<DiffOptions> = {remoteData: true, checksum: 'md5', twoPass: true, fixedSalt: true};
    let messageStart = 0;
    for (const answer of answers.slice(0, 60).concat(answers.slice(-12))) {
      for (const cut of [0, 3, answer.length - 1]) {
        channels = channelPair();
        const before = answers.slice(0, answers.indexOf(answer));
        channels.server.output.end(Buffer.concat([...before, answer.subarray(0, cut)]));
        await expect(diff(options), `after ${messageStart + cut} bytes`).rejects.toMatchObject({
          code: 'protocol',
          message: expect.stringMatching(/ended (before|within)/),
        });
      }
      messageStart += answer.length;
    }
  });

  it('says what was due', async () => {
    channels.server.output.end(Buffer.concat([HELLO, SIZE]));
    await expect(diff()).rejects.toThrow(
      'the server ended before it had sent the hashes of 3 blocks of 4096 bytes at 0',
    );
  });

  it('ends when the connection is destroyed', async () => {
    channels.server.output.write(HELLO);
    const failure = expect(diff()).rejects.toMatchObject({code: 'protocol'});
    await clientBegan();
    channels.client.input.destroy();
    await failure;
  });

  it('ends when the server takes nothing any more, although it does not end', async () => {
    channels.server.output.write(HELLO);
    const failure = expect(diff()).rejects.toThrow('the server takes nothing any more: write EPIPE');
    await clientBegan();
    channels.client.output.destroy(new Error('write EPIPE'));
    await failure;
  });

  it('prefers the last words of a server that takes nothing any more', async () => {
    const failure = expect(diff()).rejects.toThrow('"sh: bdsync: not found"');
    await clientBegan();
    channels.client.output.destroy(new Error('write EPIPE'));
    channels.server.output.end('sh: bdsync: not found\n');
    await failure;
  });

  it('ends when its stream had ended before', async () => {
    channels.client.input.destroy();
    await expect(diff()).rejects.toMatchObject({code: 'protocol'});
  });
});

describe('a client that is cancelled', () => {
  it('stops waiting for a silent server', async () => {
    const controller = new AbortController();
    const failure = expect(diff({}, controller.signal)).rejects.toMatchObject({code: 'cancelled'});
    await delay(5);
    controller.abort();
    await failure;
  });

  it('does not begin when it was cancelled before', async () => {
    await expect(diff({}, AbortSignal.abort())).rejects.toMatchObject({code: 'cancelled'});
  });
});
