import {chooseSalt} from '../compare/choose-salt.js';
import {RequestWindow, WINDOW_BYTES} from '../compare/request-window.js';
import type {ByteChannel} from '../conversation/byte-channel.js';
import {Conversation} from '../conversation/conversation.js';
import {checkRemotePath, openRemote} from '../conversation/open-remote.js';
import type {Device} from '../device/device.js';
import {BlockEngine, partsOf, startCrew} from '../hash/block-engine.js';
import {encodeGetHashes, FLUSHCACHE_HINT, type HashRange, maxHashCount, parseHashes} from '../wire/block-messages.js';
import {encodeSignal, parseSignal} from '../wire/message.js';
import {encodeDigests} from '../wire/opening-messages.js';
import {protocolError} from '../wire/protocol-error.js';
import {Findings, type VerifyOptions, type VerifyProgress, type VerifyResult} from './findings.js';
import {rangesOf} from './ranges-of.js';

export interface VerifyWithServerRequest {
  readonly channel: ByteChannel;
  readonly source: Device;
  readonly remotePath: string;
  readonly options: VerifyOptions;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** By OpenSSL's name, which every server knows. */
const DIGEST = 'sha256';
const DIGEST_BYTES = 32;
/** One answer should not take a server longer to read than this: then a silent one is a stalled one. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * Compares a device with the one of a server by salted SHA-256 digests, and tells where they differ. No data are
 * exchanged. Channel and device stay open, and are the caller's to close.
 *
 * @throws BdsyncError 'invalid-parameters', 'read', 'randomness', 'cancelled', and 'protocol'.
 */
export async function verifyWithServer(request: VerifyWithServerRequest): Promise<VerifyResult> {
  const {channel, source, remotePath, options, signal, onProgress} = request;
  checkRemotePath(remotePath);
  const salt = chooseSalt(false);
  // While the server starts.
  await using crew = startCrew(source.sizeBytes);
  using conversation = new Conversation(channel, {peer: 'server', readAheadBytes: WINDOW_BYTES, signal});
  const sizes = {sourceBytes: source.sizeBytes, targetBytes: await openRemote(conversation, remotePath)};
  const findings = new Findings(sizes, options, onProgress);
  await conversation.send(encodeDigests({salt, digest: DIGEST}));
  await using engine = new BlockEngine({
    descriptor: source.descriptor,
    path: source.path,
    sizeBytes: source.sizeBytes,
    digest: DIGEST,
    salt,
    isDirect: options.flushCache,
    totalBytes: findings.commonBytes,
    signal,
    crew,
  });
  await askForAll(conversation, questions(findings, options), async (range, digests) => {
    if (range.count > 0) await compareRange(engine, findings, range, digests);
  });
  await conversation.send(encodeSignal('done'));
  parseSignal({kind: 'done', payload: await conversation.receive('done', 'the confirmation of the end')});
  return findings.result();
}

function* questions(findings: Findings, {blockBytes, flushCache}: VerifyOptions): Generator<HashRange> {
  // Not to keep what it reads: a hint, which it echoes.
  if (flushCache) yield {start: 0, step: FLUSHCACHE_HINT, count: 0};
  const maxCount = Math.max(1, Math.min(maxHashCount(DIGEST_BYTES), Math.floor(MAX_READ_BYTES / blockBytes)));
  yield* rangesOf(findings.extents(), blockBytes, maxCount);
}

/** Keeps as many questions with the server as it has room to answer. */
async function askForAll(
  conversation: Conversation,
  ranges: Iterable<HashRange>,
  onAnswer: (range: HashRange, digests: Uint8Array) => Promise<void>,
): Promise<void> {
  const window = new RequestWindow(DIGEST_BYTES);
  const takeAnswer = async (): Promise<boolean> => {
    const asked = window.shift();
    if (asked?.kind !== 'hashes') return false;
    await onAnswer(asked, await receiveHashes(conversation, asked));
    return true;
  };
  for (const range of ranges) {
    const question = {...range, kind: 'hashes'} as const;
    while (!window.hasRoomFor(question) || !window.hasRoomAtTopLevel) await takeAnswer();
    window.push(question);
    await conversation.send(encodeGetHashes(question));
  }
  while (await takeAnswer());
}

async function receiveHashes(conversation: Conversation, {start, step, count}: HashRange): Promise<Uint8Array> {
  const what = count === 0 ? `the echo of hint ${step}` : `the hashes of ${count} blocks of ${step} bytes at ${start}`;
  const {range, digests} = parseHashes(await conversation.receive('hashes', what), DIGEST_BYTES);
  if (range.start === start && range.step === step && range.count === count) return digests;
  const came = `start ${range.start}, step ${range.step}, count ${range.count}`;
  throw protocolError(`the server sent hashes that were not asked for (${came}) where ${what} were due`);
}

async function compareRange(
  engine: BlockEngine,
  findings: Findings,
  range: HashRange,
  digests: Uint8Array,
): Promise<void> {
  const parts = [...partsOf(range)];
  const outcomes = await Promise.all(
    parts.map((part) =>
      engine.match({
        range: part,
        // A copy: a thread would be given all of the message.
        digests: new Uint8Array(digests.subarray(part.first * DIGEST_BYTES, (part.first + part.count) * DIGEST_BYTES)),
        wantsData: false,
        feedsChecksum: false,
      }),
    ),
  );
  for (const [index, part] of parts.entries()) findings.take(part, outcomes[index] ?? []);
}
