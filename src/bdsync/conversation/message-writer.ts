import type {Writable} from 'node:stream';
import {messageOf} from '../../errors.js';
import type {BdsyncError} from '../errors.js';
import {protocolError} from '../wire/protocol-error.js';

/** Writes messages to a peer and waits whenever the stream wants to be waited for. */
export class MessageWriter {
  readonly #output: Writable;
  readonly #peer: string;
  readonly #onFailure: (failure: BdsyncError) => void;
  #failure: BdsyncError | undefined;
  #isFlushed = true;
  #wake: (() => void) | undefined;

  /** `onFailure` is told once when the stream fails, also while nothing is being written. */
  constructor(output: Writable, peer: string, onFailure: (failure: BdsyncError) => void) {
    this.#output = output;
    this.#peer = peer;
    this.#onFailure = onFailure;
    output.on('drain', this.#onDrain);
    output.on('error', this.#onError);
    output.on('close', this.#onClose);
    if (output.destroyed || output.writableEnded) this.#onClose();
  }

  /** Resolves when the stream takes more; rejects when it has failed. */
  async write(message: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#output.write(message)) return;
    while (this.#output.writableNeedDrain && !this.#failure) await this.#change();
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when all that was written has left this process. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#isFlushed = false;
    this.#output.write(new Uint8Array(0), () => {
      this.#isFlushed = true;
      this.#wake?.();
    });
    while (!this.#isFlushed && !this.#failure) await this.#change();
    if (this.#failure) throw this.#failure;
  }

  /** Ends all waiting. */
  abort(failure: BdsyncError): void {
    this.#failure ??= failure;
    this.#wake?.();
  }

  /** Leaves the stream to its owner. */
  close(): void {
    this.#output.off('drain', this.#onDrain);
    this.#output.off('close', this.#onClose);
    // The listener for errors stays: one that comes later must not take the process down.
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  readonly #onDrain = (): void => this.#wake?.();

  readonly #onError = (error: unknown): void => {
    this.#fail(protocolError(`the ${this.#peer} takes nothing any more: ${messageOf(error)}`, {cause: error}));
  };

  readonly #onClose = (): void => {
    this.#fail(protocolError(`the connection to the ${this.#peer} was closed`));
  };

  #fail(failure: BdsyncError): void {
    if (this.#failure) return;
    this.abort(failure);
    this.#onFailure(failure);
  }
}
