/*
 * The messages of protocol "0.5". All integers are little-endian and unsigned.
 *
 *   u32 length | u8 token | payload            length counts token and payload
 *
 *    1 hello        name, a blank, version
 *    2 devfile      path of the server's device, no terminator
 *    3 size         u64 bytes
 *    4 digests      u8 saltLength | salt | digest name NUL | checksum name NUL
 *    5 gethashes    u64 start | u64 step | u64 count       count 0: a hint; step is its number, start its argument
 *    6 hashes       u64 start | u64 step | u64 count | count digests
 *    7 done
 *    8 getblock     u64 position | u64 length
 *    9 block        u64 position | data
 *   10 getchecksum
 *   11 checksum     the raw value
 */
import {protocolError} from './protocol-error.js';
import {readU64, viewOf} from '../wire-integer.js';

/** In the order of their tokens, which begin with 1. */
export const MESSAGE_KINDS = [
  'hello',
  'devfile',
  'size',
  'digests',
  'gethashes',
  'hashes',
  'done',
  'getblock',
  'block',
  'getchecksum',
  'checksum',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface WireMessage {
  readonly kind: MessageKind;
  readonly payload: Uint8Array;
}

/** The most that a message's length field may say: token and payload. */
export const MAX_MESSAGE_BYTES = 131072;
/** Length field and token. */
export const FRAME_BYTES = 5;
export const MAX_PAYLOAD_BYTES = MAX_MESSAGE_BYTES - 1;

/** A whole message whose payload is still to be filled in. */
interface OpenMessage {
  readonly message: Uint8Array;
  readonly payload: Uint8Array;
}

export function openMessage(kind: MessageKind, payloadBytes: number): OpenMessage {
  if (payloadBytes > MAX_PAYLOAD_BYTES) throw new RangeError(`a ${kind} message of ${payloadBytes} bytes`);
  const message = new Uint8Array(FRAME_BYTES + payloadBytes);
  viewOf(message).setUint32(0, 1 + payloadBytes, true);
  message[4] = MESSAGE_KINDS.indexOf(kind) + 1;
  return {message, payload: message.subarray(FRAME_BYTES)};
}

export function encodeMessage(kind: MessageKind, content: Uint8Array): Uint8Array {
  const {message, payload} = openMessage(kind, content.length);
  payload.set(content);
  return message;
}

/** For the messages that are their token alone. */
export function encodeSignal(kind: 'done' | 'getchecksum'): Uint8Array {
  return openMessage(kind, 0).message;
}

export function parseSignal({kind, payload}: WireMessage): void {
  requireBytes(kind, payload, 0, 0);
}

/** The u64 at `offset`, which must be a safe integer. */
export function requireU64(kind: MessageKind, payload: Uint8Array, offset: number): number {
  const value = readU64(viewOf(payload), offset);
  if (value === undefined) throw protocolError(`${kind} message with a number of 2^53 or more`);
  return value;
}

export function requireBytes(kind: MessageKind, payload: Uint8Array, min: number, max: number): void {
  if (payload.length >= min && payload.length <= max) return;
  const expected = min === max ? `${min}` : `${min} to ${max}`;
  throw protocolError(`${kind} message with ${payload.length} bytes of content, expected ${expected}`);
}
