import {
  type BlockRange,
  encodeChecksum,
  FLUSHCACHE_HINT,
  type HashRange,
  MAX_BLOCK_ANSWER_BYTES,
  maxHashCount,
  openBlock,
  openHashes,
  parseGetBlock,
  parseGetHashes,
} from './wire/block-messages.js';
import type {Conversation} from './conversation/conversation.js';
import {Outbox} from './conversation/outbox.js';
import {type Device, openDevice} from './device/device.js';
import {findDigest} from './hash/digest.js';
import {BdsyncError} from './errors.js';
import {encodeSignal, parseSignal, type WireMessage} from './wire/message.js';
import {type DigestChoice, encodeSize, parseDevfile, parseDigests} from './wire/opening-messages.js';
import {protocolError} from './wire/protocol-error.js';
import {BlockEngine, startCrew} from './hash/block-engine.js';
import {RunningChecksum} from './hash/running-checksum.js';
import {MAX_STEP_BYTES} from './hash/step-limit.js';
import type {WorkerCrew} from './hash/worker-crew.js';
import type {ServeRequest} from './server.js';

/** Answers a client that has said hello until it is done; see `serve`. */
export async function answerClient(request: ServeRequest, conversation: Conversation): Promise<void> {
  const path = parseDevfile(await conversation.receive('devfile', 'the name of a device'));
  request.onVerbose?.(1, `device ${path}`);
  await using device = await (request.openDevice ?? openDevice)(path, 'read');
  // While the client learns the size and chooses.
  await using crew = startCrew(device.sizeBytes);
  await conversation.send(encodeSize(device.sizeBytes));
  request.onVerbose?.(1, `size ${device.sizeBytes}`);

  const message = await conversation.receiveOrEnd();
  if (!message) return;
  if (message.kind === 'digests') {
    const choice = parseDigests(message.payload);
    request.onVerbose?.(1, `digest ${choice.digest}, checksum ${choice.checksum ?? '(none)'}`);
    await using server = new BlockServer(request, conversation, {device, choice, crew});
    await server.answerAll();
  } else if (message.kind === 'done') {
    parseSignal(message);
  } else {
    throw protocolError(`the client sent a ${message.kind} message where the digests to use were due`);
  }
  await conversation.send(encodeSignal('done'));
  await conversation.flush();
  request.onVerbose?.(1, 'done');
}

/** Answers that are being worked out while an earlier one is on its way; each is for up to 131072 bytes of digests. */
const MAX_ANSWERS_UNDER_WAY = 4;

interface BlockSource {
  readonly device: Device;
  readonly choice: DigestChoice;
  readonly crew: WorkerCrew;
}

/** The part of a conversation in which device and digests are known. */
class BlockServer implements AsyncDisposable {
  readonly #request: ServeRequest;
  readonly #conversation: Conversation;
  readonly #device: Device;
  readonly #choice: DigestChoice;
  readonly #crew: WorkerCrew;
  readonly #digestBytes: number;
  #checksum: RunningChecksum | undefined;
  #isDirect = false;
  #engine: BlockEngine | undefined;

  constructor(request: ServeRequest, conversation: Conversation, {device, choice, crew}: BlockSource) {
    const {digest, checksum} = choice;
    const algorithm = findDigest(digest);
    if (!algorithm)
      throw new BdsyncError('digest', `the client asked for the unknown digest ${JSON.stringify(digest)}`);
    if (checksum !== undefined && !findDigest(checksum)) {
      throw new BdsyncError('checksum', `the client asked for the unknown checksum ${JSON.stringify(checksum)}`);
    }
    this.#request = request;
    this.#conversation = conversation;
    this.#device = device;
    this.#choice = choice;
    this.#crew = crew;
    this.#digestBytes = algorithm.digestBytes;
    this.#checksum = checksum === undefined ? undefined : new RunningChecksum(checksum);
  }

  /** Resolves when the client is done. Answers are sent in the order of the requests, as each is ready. */
  async answerAll(): Promise<void> {
    const answers = new Outbox(this.#conversation, MAX_ANSWERS_UNDER_WAY);
    for (;;) {
      const message = await answers.guard(this.#conversation.receiveOrEnd());
      if (!message) throw protocolError('the client ended before it was done');
      if (message.kind === 'done') {
        parseSignal(message);
        await answers.finish();
        return;
      }
      // The checksum is whole when everything before it has been read.
      if (message.kind === 'getchecksum') await answers.finish();
      await answers.push(this.#answer(message));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
  }

  async #answer(message: WireMessage): Promise<Uint8Array> {
    if (message.kind === 'gethashes') return this.#answerHashes(parseGetHashes(message.payload));
    if (message.kind === 'getblock') return this.#answerBlock(parseGetBlock(message.payload));
    if (message.kind !== 'getchecksum') {
      throw protocolError(`the client sent a ${message.kind} message where a request or done was due`);
    }
    parseSignal(message);
    return this.#answerChecksum();
  }

  async #answerHashes(range: HashRange): Promise<Uint8Array> {
    const {start, step, count} = range;
    this.#request.onVerbose?.(2, `gethashes start=${start} step=${step} count=${count}`);
    if (count === 0) return this.#answerHint(range);
    this.#checkRange(range);
    const {message, digests} = openHashes(range, this.#digestBytes);
    digests.set(await this.#openEngine().digest(range));
    return message;
  }

  /** Hints that nobody knows yet are echoed all the same. */
  #answerHint(range: HashRange): Uint8Array {
    // Later it is too late: what has been read is in the page cache, and Node cannot drop it from there.
    if (range.step === FLUSHCACHE_HINT && !this.#engine) this.#isDirect = true;
    return openHashes(range, this.#digestBytes).message;
  }

  #openEngine(): BlockEngine {
    const {digest, salt} = this.#choice;
    const {descriptor, path, sizeBytes} = this.#device;
    this.#engine ??= new BlockEngine({
      descriptor,
      path,
      sizeBytes,
      digest,
      salt,
      isDirect: this.#isDirect,
      totalBytes: sizeBytes,
      checksum: this.#checksum,
      signal: this.#request.signal,
      crew: this.#crew,
    });
    return this.#engine;
  }

  #checkRange({start, step, count}: HashRange): void {
    const maxCount = maxHashCount(this.#digestBytes);
    if (count > maxCount) {
      throw protocolError(`the client asked for ${count} hashes at once, at most ${maxCount} fit into an answer`);
    }
    if (step < 1 || step > MAX_STEP_BYTES) {
      throw protocolError(`the client asked for hashes of ${step} bytes, expected 1 to ${MAX_STEP_BYTES}`);
    }
    if (!Number.isSafeInteger(start + step * count)) {
      throw protocolError(`the client asked for hashes beyond 2^53: ${count} of ${step} bytes from ${start} on`);
    }
  }

  async #answerBlock(range: BlockRange): Promise<Uint8Array> {
    const {position, length} = range;
    this.#request.onVerbose?.(2, `getblock position=${position} length=${length}`);
    if (length < 1 || length > MAX_BLOCK_ANSWER_BYTES) {
      throw protocolError(`the client asked for a block of ${length} bytes, expected 1 to ${MAX_BLOCK_ANSWER_BYTES}`);
    }
    if (position + length > this.#device.sizeBytes) {
      const block = `${length} bytes at ${position}`;
      throw protocolError(`the client asked for ${block}, but the device has ${this.#device.sizeBytes} bytes`);
    }
    const {message, data} = openBlock(range);
    await this.#device.read(data, position);
    return message;
  }

  #answerChecksum(): Uint8Array {
    if (!this.#checksum)
      throw protocolError('the client asked for a checksum that it had not ordered, or for a second one');
    const value = this.#checksum.finish();
    this.#checksum = undefined;
    return encodeChecksum(value);
  }
}
