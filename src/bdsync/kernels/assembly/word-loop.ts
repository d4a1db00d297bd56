import {WORD_STRIDE} from '../memory-layout.js';
import type {Code} from './encoding.js';
import {doWhile, i32} from './instructions.js';
import type {Local} from './module-builder.js';

/**
 * Code for words one after the other, from where `place` is until `end`, some in each turn. V8 mixes the instructions of
 * a turn as it likes, and with too many of them it holds more values at once than the processor has registers: short
 * turns doubled the speed of SHA-256.
 */
export function eachWord(place: Local, end: number, wordsPerTurn: number, code: (index: number) => Code): Code {
  const turn = Array.from({length: wordsPerTurn}, (_, index) => code(index)).flat();
  const advance = place.set(i32.add(place.get, i32.const(wordsPerTurn * WORD_STRIDE)));
  return doWhile([...turn, ...advance], i32.ltU(place.get, i32.const(end * WORD_STRIDE)));
}

export function toFirstWord(place: Local): Code {
  return place.set(i32.const(0));
}
