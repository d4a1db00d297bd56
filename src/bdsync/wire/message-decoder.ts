import {FRAME_BYTES, MAX_MESSAGE_BYTES, MESSAGE_KINDS, type WireMessage} from './message.js';
import {protocolError} from './protocol-error.js';
import {viewOf} from '../wire-integer.js';

const LENGTH_BYTES = 4;

/**
 * Turns the bytes of one direction, in whatever pieces they come, into messages. It keeps no more than one message
 * between two pushes. After an error it is spent.
 */
export class MessageDecoder {
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #frameBytes = 0;
  #payload: Uint8Array | undefined;
  #filledBytes = 0;

  /**
   * The messages that `chunk` completes; their payloads may show the bytes of `chunk`.
   *
   * @throws BdsyncError 'protocol' for a length that is not allowed or an unknown token, after all that came before.
   */
  *push(chunk: Uint8Array): Generator<WireMessage, void> {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#takeFrame(rest);
      if (this.#frameBytes < FRAME_BYTES) return;
      const missing = this.#payloadBytes() - this.#filledBytes;
      const taken = rest.subarray(0, missing);
      rest = rest.subarray(taken.length);
      const payload = this.#takePayload(taken);
      if (payload) yield {kind: this.#kind(), payload};
    }
  }

  /** To be called where the bytes end: throws unless they end between two messages. */
  finish(): void {
    if (this.#frameBytes === 0) return;
    const inside =
      this.#frameBytes < FRAME_BYTES
        ? `${this.#frameBytes} of ${FRAME_BYTES} bytes of its header`
        : `${this.#filledBytes} of ${this.#payloadBytes()} bytes of its content`;
    const name = this.#frameBytes < FRAME_BYTES ? 'message' : `${this.#kind()} message`;
    throw protocolError(`the connection ended within a ${name}, after ${inside}`);
  }

  /** Moves what is missing of length and token, and checks each as soon as it is there. */
  #takeFrame(bytes: Uint8Array): Uint8Array {
    const before = this.#frameBytes;
    const taken = bytes.subarray(0, FRAME_BYTES - before);
    if (taken.length === 0) return bytes;
    this.#frame.set(taken, before);
    this.#frameBytes += taken.length;
    if (before < LENGTH_BYTES && this.#frameBytes >= LENGTH_BYTES) this.#checkLength();
    if (this.#frameBytes === FRAME_BYTES) this.#kind();
    return bytes.subarray(taken.length);
  }

  #checkLength(): void {
    const length = this.#messageBytes();
    if (length >= 1 && length <= MAX_MESSAGE_BYTES) return;
    throw protocolError(`a message announces ${length} bytes, 1 to ${MAX_MESSAGE_BYTES} are allowed`);
  }

  #kind(): WireMessage['kind'] {
    const token = this.#frame[LENGTH_BYTES] ?? 0;
    const kind = MESSAGE_KINDS[token - 1];
    if (kind === undefined) {
      throw protocolError(`a message has the unknown token ${token}, 1 to ${MESSAGE_KINDS.length} are known`);
    }
    return kind;
  }

  /** Returns the whole payload when `bytes` completes it; only a payload in several pieces is copied. */
  #takePayload(bytes: Uint8Array): Uint8Array | undefined {
    const total = this.#payloadBytes();
    let payload = bytes;
    if (bytes.length < total) {
      this.#payload ??= new Uint8Array(total);
      this.#payload.set(bytes, this.#filledBytes);
      this.#filledBytes += bytes.length;
      if (this.#filledBytes < total) return undefined;
      payload = this.#payload;
    }
    this.#payload = undefined;
    this.#filledBytes = 0;
    this.#frameBytes = 0;
    return payload;
  }

  #messageBytes(): number {
    return viewOf(this.#frame).getUint32(0, true);
  }

  #payloadBytes(): number {
    return this.#messageBytes() - 1;
  }
}
