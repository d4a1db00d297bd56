import type {Readable} from 'node:stream';
import {messageOf} from '../../errors.js';
import {BdsyncError} from '../errors.js';
import {Fifo} from '../fifo.js';
import {Greeting} from './greeting.js';
import {FRAME_BYTES, type WireMessage} from '../wire/message.js';
import {MessageDecoder} from '../wire/message-decoder.js';
import {protocolError} from '../wire/protocol-error.js';

/** How long to wait for the rest of a text that came in place of the protocol, to quote more than its first bytes. */
const BANNER_WAIT_MS = 200;

/**
 * Reads messages from a peer as they come, without being asked, up to a limit: beyond it the stream is left alone until
 * messages are taken.
 */
export class MessageReader {
  readonly #input: Readable;
  readonly #peer: string;
  readonly #readAheadBytes: number;
  readonly #decoder = new MessageDecoder();
  readonly #messages = new Fifo<WireMessage>();
  #messageBytes = 0;
  /** Until the peer's first message is complete. */
  #greeting: Greeting | undefined = new Greeting();
  #bannerTimer: NodeJS.Timeout | undefined;
  #bannerCause: BdsyncError | undefined;
  #end: {readonly failure: BdsyncError | undefined} | undefined;
  #wake: (() => void) | undefined;

  /** `peer` names it in errors: 'server', say. */
  constructor(input: Readable, peer: string, readAheadBytes: number) {
    this.#input = input;
    this.#peer = peer;
    this.#readAheadBytes = readAheadBytes;
    input.on('data', this.#onData);
    input.on('end', this.#onEnd);
    input.on('close', this.#onClose);
    input.on('error', this.#onError);
    if (input.readableEnded || input.destroyed) this.#onClose();
  }

  /** Resolves with the next message, or with undefined when the peer ended the stream behind a message. */
  async next(): Promise<WireMessage | undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) {
        this.#messageBytes -= sizeOf(message);
        if (this.#messageBytes <= this.#readAheadBytes) this.#input.resume();
        return message;
      }
      if (this.#end?.failure) throw this.#end.failure;
      if (this.#end) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the reading with a failure that came from elsewhere, unless it has ended by itself. */
  fail(failure: BdsyncError): void {
    this.#finish(failure);
  }

  /** Leaves the stream to its owner. */
  close(): void {
    this.#finish(undefined);
    this.#input.off('data', this.#onData);
    this.#input.off('end', this.#onEnd);
    this.#input.off('close', this.#onClose);
    this.#input.pause();
    // The listener for errors stays: one that comes later must not take the process down.
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#end) return;
    this.#greeting?.push(chunk);
    if (this.#bannerCause) {
      if (this.#greeting?.isFull) this.#refuseBanner(this.#bannerCause);
      return;
    }
    this.#attempt(() => {
      for (const message of this.#decoder.push(chunk)) {
        this.#greeting = undefined;
        this.#messages.push(message);
        this.#messageBytes += sizeOf(message);
      }
    });
    if (this.#messageBytes > this.#readAheadBytes) this.#input.pause();
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    if (!this.#bannerCause) this.#attempt(() => this.#decoder.finish());
    if (this.#bannerCause) this.#refuseBanner(this.#bannerCause);
    this.#finish(undefined);
  };

  readonly #onClose = (): void => {
    if (this.#input.readableEnded) this.#onEnd();
    else this.#finish(protocolError(`the connection to the ${this.#peer} was closed`));
  };

  readonly #onError = (error: unknown): void => {
    this.#finish(protocolError(`the connection to the ${this.#peer} failed: ${messageOf(error)}`, {cause: error}));
  };

  #attempt(decode: () => void): void {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof BdsyncError)) throw error;
      if (this.#greeting) this.#expectBanner(error);
      else this.#finish(protocolError(`the ${this.#peer} broke the protocol: ${error.message}`, {cause: error}));
    }
  }

  #expectBanner(cause: BdsyncError): void {
    this.#bannerCause = cause;
    this.#bannerTimer = setTimeout(() => this.#refuseBanner(cause), BANNER_WAIT_MS);
  }

  #refuseBanner(cause: BdsyncError): void {
    this.#finish((this.#greeting ?? new Greeting()).error(this.#peer, cause));
  }

  #finish(failure: BdsyncError | undefined): void {
    clearTimeout(this.#bannerTimer);
    this.#end ??= {failure};
    this.#wake?.();
  }
}

function sizeOf(message: WireMessage): number {
  return FRAME_BYTES + message.payload.length;
}
