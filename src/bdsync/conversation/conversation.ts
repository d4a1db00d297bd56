import type {ByteChannel} from './byte-channel.js';
import {cancelledError, throwIfCancelled} from '../cancellation.js';
import type {MessageKind, WireMessage} from '../wire/message.js';
import {MessageReader} from './message-reader.js';
import {MessageWriter} from './message-writer.js';
import {protocolError} from '../wire/protocol-error.js';

/** A peer that takes nothing any more mostly ends its own stream, too, or has said why: that is the better reason. */
const LAST_WORDS_MS = 500;

export interface ConversationOptions {
  /** Names the other end in errors. */
  readonly peer: 'client' | 'server';
  /** How many bytes of messages may lie here unread. */
  readonly readAheadBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The messages to and from one peer. Reading goes on while something waits to be written, and whatever ends the
 * connection ends all waiting.
 */
export class Conversation implements Disposable {
  readonly #peer: string;
  readonly #reader: MessageReader;
  readonly #writer: MessageWriter;
  readonly #signal: AbortSignal | undefined;
  #lastWordsTimer: NodeJS.Timeout | undefined;
  #hasHeard = false;

  constructor({input, output}: ByteChannel, {peer, readAheadBytes, signal}: ConversationOptions) {
    this.#peer = peer;
    this.#signal = signal;
    this.#reader = new MessageReader(input, peer, readAheadBytes);
    this.#writer = new MessageWriter(output, peer, (failure) => {
      this.#lastWordsTimer = setTimeout(() => this.#reader.fail(failure), LAST_WORDS_MS);
    });
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  /**
   * Sends a whole message and waits while the peer takes no more.
   *
   * @throws BdsyncError 'protocol' when the peer is gone, 'cancelled'.
   */
  async send(message: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(message);
    } catch (error) {
      while (await this.receiveOrEnd());
      const point = this.#hasHeard ? 'while a message was being sent to it' : 'before it had sent its hello';
      throw protocolError(`the ${this.#peer} ended ${point}`, {cause: error});
    }
  }

  /** Resolves when all that was sent has left this process. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  /**
   * The payload of the next message, which must be of this kind.
   *
   * @throws BdsyncError 'protocol' when it is of another kind, or when the peer ends before it has sent `what`.
   */
  async receive(kind: MessageKind, what: string): Promise<Uint8Array> {
    const message = await this.receiveOrEnd();
    if (!message) throw protocolError(`the ${this.#peer} ended before it had sent ${what}`);
    if (message.kind !== kind) {
      throw protocolError(`the ${this.#peer} sent a ${message.kind} message where ${what} was due`);
    }
    return message.payload;
  }

  /** The next message of whatever kind, or undefined when the peer has ended. */
  async receiveOrEnd(): Promise<WireMessage | undefined> {
    throwIfCancelled(this.#signal);
    const message = await this.#reader.next();
    this.#hasHeard ||= message !== undefined;
    return message;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#lastWordsTimer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#reader.close();
    this.#writer.close();
  }

  readonly #onAbort = (): void => {
    const failure = cancelledError(this.#signal?.reason);
    this.#reader.fail(failure);
    this.#writer.abort(failure);
  };
}
