import type {BdsyncError} from '../errors.js';
import {protocolError} from '../wire/protocol-error.js';

const MAX_QUOTE_CHARACTERS = 200;
const MAX_GREETING_BYTES = 512;

/** A peer's first bytes, as many as a quote of them needs. */
export class Greeting {
  #bytes = Buffer.alloc(0);

  get keptBytes(): number {
    return this.#bytes.length;
  }

  /** What comes from now on would not be in the quote. */
  get isFull(): boolean {
    return this.keptBytes >= MAX_GREETING_BYTES;
  }

  push(chunk: Uint8Array): void {
    if (this.isFull) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(0, MAX_GREETING_BYTES - this.keptBytes)]);
  }

  /** See greetingError. */
  error(peer: string, cause: BdsyncError): BdsyncError {
    return greetingError(peer, this.#bytes, cause);
  }
}

/**
 * For a peer whose first bytes are no bdsync message: most often a login shell or an error text on standard output,
 * which the message then quotes.
 */
export function greetingError(peer: string, bytes: Uint8Array, cause: BdsyncError): BdsyncError {
  const text = printableStart(bytes);
  if (text === '') {
    const start = Buffer.from(bytes.subarray(0, 16)).toString('hex');
    return protocolError(`the ${peer} broke the protocol: ${cause.message} (it began with the bytes ${start})`, {
      cause,
    });
  }
  return protocolError(`the ${peer} does not speak the bdsync protocol, it began with the text "${text}"`, {
    cause,
    hint: 'what starts bdsync there must print nothing of its own, the login shell (.bashrc, .profile) included',
  });
}

/** The text that `bytes` begins with, on one line and without control characters. */
function printableStart(bytes: Uint8Array): string {
  const decoded = Buffer.from(bytes).toString('utf8');
  // oxlint-disable-next-line no-control-regex -- terminal sequences of a banner are cut out
  const plain = decoded.replace(/\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|.)/g, '');
  const [start = ''] = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\r\n\t]*/u.exec(plain) ?? [];
  const line = start
    .replace(/\uFFFD.*$/s, '')
    .trim()
    .replace(/\s+/g, ' ');
  return line.length > MAX_QUOTE_CHARACTERS ? `${line.slice(0, MAX_QUOTE_CHARACTERS)}…` : line;
}
