import {CONSTANTS, VECTOR_BYTES} from '../memory-layout.js';
import type {Code} from './encoding.js';
import {i8x16, i32, i32x4, v128} from './instructions.js';
import {itemAt} from './item-at.js';
import type {Local} from './module-builder.js';

// Vectors of four 32-bit lanes; sixteen bytes, in which a lane's are 0 to 3, 4 to 7, …

const HALVES_SWAPPED: Code = [2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13];
const BYTES_REVERSED: Code = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

/** The sum of vectors, lane by lane. */
export function sum(first: Code, ...others: Code[]): Code {
  return others.reduce((total, value) => i32x4.add(total, value), first);
}

export function exclusiveOr(first: Code, ...others: Code[]): Code {
  return others.reduce((left, right) => v128.xor(left, right), first);
}

/** One of the digest's constants, which memory holds in all lanes: V8 loads that with one instruction; `ahead` is added to its address. */
export function constant(index: number, ahead: Code = i32.const(0)): Code {
  return v128.load(ahead, CONSTANTS + VECTOR_BYTES * index);
}

export function rotateLeft(value: Local, bits: number): Code {
  // A single instruction where only halves change their places.
  if (bits === 16) return i8x16.shuffle(value.get, value.get, HALVES_SWAPPED);
  return v128.or(i32x4.shl(value.get, i32.const(bits)), i32x4.shrU(value.get, i32.const(32 - bits)));
}

export function reverseBytes(value: Code, scratch: Local): Code {
  return [...scratch.set(value), ...i8x16.shuffle(scratch.get, scratch.get, BYTES_REVERSED)];
}

/** The lower or upper two lanes of both operands, in turns: a0 b0 a1 b1, a2 b2 a3 b3. */
const INTERLEAVED_LOW: Code = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const INTERLEAVED_HIGH: Code = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
/** The lower or upper halves of both operands. */
const LOW_HALVES: Code = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_HALVES: Code = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** Turns four rows into columns: what to run first, then the four columns. `scratch`: four locals. */
export function transpose(rows: readonly Code[], scratch: readonly Local[]): {code: Code; columns: readonly Code[]} {
  const pair = (local: number, row: number, order: Code): Code =>
    itemAt(scratch, local).set(i8x16.shuffle(itemAt(rows, row), itemAt(rows, row + 1), order));
  const column = (local: number, order: Code): Code =>
    i8x16.shuffle(itemAt(scratch, local).get, itemAt(scratch, local + 1).get, order);
  return {
    code: [
      ...pair(0, 0, INTERLEAVED_LOW),
      ...pair(1, 2, INTERLEAVED_LOW),
      ...pair(2, 0, INTERLEAVED_HIGH),
      ...pair(3, 2, INTERLEAVED_HIGH),
    ],
    columns: [column(0, LOW_HALVES), column(0, HIGH_HALVES), column(2, LOW_HALVES), column(2, HIGH_HALVES)],
  };
}
