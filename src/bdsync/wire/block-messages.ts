import {
  encodeMessage,
  FRAME_BYTES,
  MAX_PAYLOAD_BYTES,
  type MessageKind,
  openMessage,
  requireBytes,
  requireU64,
} from './message.js';
import {protocolError} from './protocol-error.js';
import {viewOf, writeU64} from '../wire-integer.js';

const HASH_RANGE_BYTES = 24;
const BLOCK_POSITION_BYTES = 8;
const MIN_CHECKSUM_BYTES = 2;

/** `count` blocks of `step` bytes from `start` on; count 0 makes it a hint. */
export interface HashRange {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Hint numbers, which go into `step`. */
export const FLUSHCACHE_HINT = 0;
export const RELPOS_HINT = 1;

export function encodeGetHashes(range: HashRange): Uint8Array {
  const {message, payload} = openMessage('gethashes', HASH_RANGE_BYTES);
  writeHashRange(payload, range);
  return message;
}

export function parseGetHashes(payload: Uint8Array): HashRange {
  requireBytes('gethashes', payload, HASH_RANGE_BYTES, HASH_RANGE_BYTES);
  return readHashRange('gethashes', payload);
}

/** The most digests of this size that one message holds. */
export function maxHashCount(digestBytes: number): number {
  return Math.floor((MAX_PAYLOAD_BYTES - HASH_RANGE_BYTES) / digestBytes);
}

/** Length of a whole hashes message. */
export function hashesMessageBytes(count: number, digestBytes: number): number {
  return FRAME_BYTES + HASH_RANGE_BYTES + count * digestBytes;
}

/** `digests` is a part of `message`, to be filled in. */
export function openHashes(range: HashRange, digestBytes: number): {message: Uint8Array; digests: Uint8Array} {
  const {message, payload} = openMessage('hashes', HASH_RANGE_BYTES + range.count * digestBytes);
  writeHashRange(payload, range);
  return {message, digests: payload.subarray(HASH_RANGE_BYTES)};
}

export function parseHashes(payload: Uint8Array, digestBytes: number): {range: HashRange; digests: Uint8Array} {
  requireBytes('hashes', payload, HASH_RANGE_BYTES, MAX_PAYLOAD_BYTES);
  const range = readHashRange('hashes', payload);
  const digests = payload.subarray(HASH_RANGE_BYTES);
  if (digests.length !== range.count * digestBytes) {
    const expected = `${range.count} digests of ${digestBytes} bytes`;
    throw protocolError(`hashes message with ${digests.length} bytes where it announces ${expected}`);
  }
  return {range, digests};
}

export interface BlockRange {
  readonly position: number;
  readonly length: number;
}

/** The longest block that one message holds. */
export const MAX_BLOCK_ANSWER_BYTES = MAX_PAYLOAD_BYTES - BLOCK_POSITION_BYTES;

export function encodeGetBlock({position, length}: BlockRange): Uint8Array {
  const {message, payload} = openMessage('getblock', 16);
  const view = viewOf(payload);
  writeU64(view, 0, position);
  writeU64(view, 8, length);
  return message;
}

export function parseGetBlock(payload: Uint8Array): BlockRange {
  requireBytes('getblock', payload, 16, 16);
  return {position: requireU64('getblock', payload, 0), length: requireU64('getblock', payload, 8)};
}

/** Length of a whole block message. */
export function blockMessageBytes(length: number): number {
  return FRAME_BYTES + BLOCK_POSITION_BYTES + length;
}

/** `data` is a part of `message`, to be filled in. */
export function openBlock({position, length}: BlockRange): {message: Uint8Array; data: Uint8Array} {
  const {message, payload} = openMessage('block', BLOCK_POSITION_BYTES + length);
  writeU64(viewOf(payload), 0, position);
  return {message, data: payload.subarray(BLOCK_POSITION_BYTES)};
}

export function parseBlock(payload: Uint8Array): {position: number; data: Uint8Array} {
  requireBytes('block', payload, BLOCK_POSITION_BYTES + 1, MAX_PAYLOAD_BYTES);
  return {position: requireU64('block', payload, 0), data: payload.subarray(BLOCK_POSITION_BYTES)};
}

export function encodeChecksum(value: Uint8Array): Uint8Array {
  return encodeMessage('checksum', value);
}

export function parseChecksum(payload: Uint8Array): Uint8Array {
  requireBytes('checksum', payload, MIN_CHECKSUM_BYTES, MAX_PAYLOAD_BYTES);
  return Uint8Array.from(payload);
}

function writeHashRange(payload: Uint8Array, {start, step, count}: HashRange): void {
  const view = viewOf(payload);
  writeU64(view, 0, start);
  writeU64(view, 8, step);
  writeU64(view, 16, count);
}

function readHashRange(kind: MessageKind, payload: Uint8Array): HashRange {
  return {
    start: requireU64(kind, payload, 0),
    step: requireU64(kind, payload, 8),
    count: requireU64(kind, payload, 16),
  };
}
