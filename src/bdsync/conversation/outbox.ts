import {Fifo} from '../fifo.js';
import type {Conversation} from './conversation.js';

/**
 * Sends messages that are still being worked out, in the order in which they were put here, each as soon as it is
 * ready and its turn has come.
 */
export class Outbox {
  readonly #conversation: Conversation;
  readonly #limit: number;
  readonly #messages = new Fifo<Promise<Uint8Array>>();
  #sending: Promise<void> | undefined;
  #failure: {readonly error: unknown} | undefined;
  /** Wakes whoever waits for room, for the end, or for news while a message is awaited. */
  #wake: (() => void) | undefined;

  /** `limit`: so many messages may wait here. */
  constructor(conversation: Conversation, limit: number) {
    this.#conversation = conversation;
    this.#limit = limit;
  }

  /** Waits for room first. Rejects with what kept an earlier message from being made or sent. */
  async push(message: Promise<Uint8Array>): Promise<void> {
    // It is awaited in its turn, which an earlier failure may prevent.
    message.catch(() => {});
    this.#messages.push(message);
    this.#sending ??= this.#sendAll();
    while (this.#messages.size >= this.#limit) await this.#news();
    this.#throwFailure();
  }

  /** Resolves as `other` does, unless sending fails first: a peer that waits for an answer sends nothing more. */
  async guard<Value>(other: Promise<Value>): Promise<Value> {
    other.catch(() => {});
    this.#throwFailure();
    const failed = new Promise<'failed'>((resolve) => {
      this.#wake = () => {
        if (this.#failure) resolve('failed');
      };
    });
    const value = await Promise.race([other.then((value) => ({value})), failed]);
    this.#wake = undefined;
    if (value === 'failed') return this.#throwFailure() ?? (await other);
    return value.value;
  }

  /** Resolves when all is sent. */
  async finish(): Promise<void> {
    await this.#sending;
    this.#throwFailure();
  }

  async #sendAll(): Promise<void> {
    try {
      for (let message = this.#messages.peek(); message; message = this.#messages.peek()) {
        await this.#conversation.send(await message);
        void this.#messages.shift();
        this.#wake?.();
      }
    } catch (error) {
      this.#failure = {error};
      this.#wake?.();
    }
    this.#sending = undefined;
  }

  #news(): Promise<void> {
    this.#throwFailure();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #throwFailure(): undefined {
    if (this.#failure) throw this.#failure.error;
    return undefined;
  }
}
