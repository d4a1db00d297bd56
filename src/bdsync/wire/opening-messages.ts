import {encodeMessage, MAX_PAYLOAD_BYTES, openMessage, requireBytes, requireU64} from './message.js';
import {protocolError} from './protocol-error.js';
import {viewOf, writeU64} from '../wire-integer.js';

const PROTOCOL_VERSION = '0.5';
/** A peer may announce what else it can in the name, but not a book. */
const MAX_HELLO_BYTES = 1024;
/** The original server takes no shorter one. */
export const MIN_DEVFILE_BYTES = 2;
const MAX_SALT_BYTES = 127;

/** `name` is for people; a peer ignores it. */
export function encodeHello(name: string): Uint8Array {
  return encodeMessage('hello', Buffer.from(`${name} ${PROTOCOL_VERSION}`));
}

/** @returns the peer's name. */
export function parseHello(payload: Uint8Array): string {
  requireBytes('hello', payload, 0, MAX_HELLO_BYTES);
  const text = Buffer.from(payload).toString('latin1');
  const blank = text.indexOf(' ');
  const version = text.slice(blank + 1);
  if (blank < 0 || version !== PROTOCOL_VERSION) {
    const said = JSON.stringify(blank < 0 ? text : version);
    throw protocolError(`hello of an unknown protocol version ${said}, expected "${PROTOCOL_VERSION}"`);
  }
  return text.slice(0, blank);
}

/** The path that a server is told: one of a single letter in a form that the original takes. */
export function devfilePath(path: string): string {
  return path.length === 1 && path !== '/' ? `./${path}` : path;
}

export function encodeDevfile(path: string): Uint8Array {
  return encodeMessage('devfile', Buffer.from(path));
}

export function parseDevfile(payload: Uint8Array): string {
  requireBytes('devfile', payload, MIN_DEVFILE_BYTES, MAX_PAYLOAD_BYTES);
  const path = decodeUtf8(payload);
  if (path === undefined || path.includes('\0')) {
    throw protocolError('devfile message with a path that is no UTF-8 text or has a NUL');
  }
  return path;
}

export function encodeSize(sizeBytes: number): Uint8Array {
  const {message, payload} = openMessage('size', 8);
  writeU64(viewOf(payload), 0, sizeBytes);
  return message;
}

/** @returns bytes. */
export function parseSize(payload: Uint8Array): number {
  requireBytes('size', payload, 8, 8);
  return requireU64('size', payload, 0);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How blocks are hashed, by OpenSSL's names. */
export interface DigestChoice {
  /** At most 127 bytes. */
  readonly salt: Uint8Array;
  readonly digest: string;
  /** Absent when the server computes none. */
  readonly checksum?: string;
}

export function encodeDigests({salt, digest, checksum = ''}: DigestChoice): Uint8Array {
  if (salt.length > MAX_SALT_BYTES) throw new RangeError(`a salt of ${salt.length} bytes`);
  const names = Buffer.from(`${digest}\0${checksum}\0`);
  return encodeMessage('digests', Buffer.concat([Uint8Array.of(salt.length), salt, names]));
}

export function parseDigests(payload: Uint8Array): DigestChoice {
  const [saltBytes] = payload;
  if (saltBytes === undefined) throw protocolError('digests message without content');
  if (saltBytes > MAX_SALT_BYTES) {
    throw protocolError(`digests message with a salt of ${saltBytes} bytes, at most ${MAX_SALT_BYTES} are allowed`);
  }
  const salt = Uint8Array.from(payload.subarray(1, 1 + saltBytes));
  if (salt.length < saltBytes) throw protocolError(`digests message that ends within its salt of ${saltBytes} bytes`);
  const names = Buffer.from(payload.subarray(1 + saltBytes))
    .toString('latin1')
    .split('\0');
  const [digest, checksum, rest] = names;
  if (digest === undefined || checksum === undefined || rest !== '' || names.length !== 3) {
    throw protocolError('digests message without exactly two names, each with a NUL at its end');
  }
  if (digest === '') throw protocolError('digests message with an empty digest name');
  return {salt, digest, ...(checksum !== '' && {checksum})};
}
