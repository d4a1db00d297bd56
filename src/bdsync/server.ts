import type {ByteChannel} from './conversation/byte-channel.js';
import {Conversation} from './conversation/conversation.js';
import type {Device} from './device/device.js';
import type {OnVerbose} from './verbose.js';
import {encodeHello, parseHello} from './wire/opening-messages.js';

export interface ServeRequest {
  readonly channel: ByteChannel;
  readonly openDevice?: (path: string, access: 'read') => Promise<Device>;
  readonly onVerbose?: OnVerbose;
  /** Awaited when the hello is on its way, and before the client is listened to: for what has to be loaded meanwhile. */
  readonly afterHello?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Answers one client until it is done. The channel stays open, and is the caller's to close. A client that ends after
 * it has learned the size of the device is taken to have disliked it; ending at any other point is an error.
 *
 * @throws BdsyncError 'protocol' for whatever a client must not send, 'io' and 'read' for the device, 'digest' and
 * 'checksum' for names that are unknown here, 'cancelled'.
 */
export async function serve(request: ServeRequest): Promise<void> {
  using conversation = new Conversation(request.channel, {peer: 'client', readAheadBytes: 0, signal: request.signal});
  await conversation.send(encodeHello('SERVER'));
  // Loaded while the client thinks of an answer: a server starts for each comparison, which waits for its hello.
  const [{answerClient}] = await Promise.all([import('./answer-client.js'), request.afterHello?.()]);
  parseHello(await conversation.receive('hello', 'its hello'));
  await answerClient(request, conversation);
}
