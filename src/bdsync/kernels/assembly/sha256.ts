import {SHA256} from '../kernel-digests.js';
import {VECTOR_BYTES, WORD_STRIDE} from '../memory-layout.js';
import type {DigestRecipe, VectorRounds} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {i32, i32x4, v128} from './instructions.js';
import {itemAt} from './item-at.js';
import {constant, exclusiveOr, rotateLeft, sum} from './lane-operations.js';
import type {Local} from './module-builder.js';
import {eachWord, toFirstWord} from './word-loop.js';

const PRIMES = firstPrimes(64);

/** FIPS 180-4, 6.2: sixteen words become 64, and these are mixed into the state. */
export const sha256: DigestRecipe = {
  digest: SHA256,
  initialState: PRIMES.slice(0, 8).map((prime) => firstFractionBits(Math.sqrt(prime))),
  constants: PRIMES.map((prime) => firstFractionBits(Math.cbrt(prime))),

  rounds({vectors, place}) {
    return [
      ...toFirstWord(place),
      ...eachWord(place, 48, 2, (index) => vectors.flatMap((vector) => expand(vector, index, place))),
      ...toFirstWord(place),
      // Eight rounds a turn: then every word of the state has its first role again.
      ...eachWord(place, 64, 8, (round) => vectors.flatMap((vector) => mixWord(vector, round, place))),
    ];
  },
};

function expand({word, setWord, scratch: [early, late]}: VectorRounds, index: number, place: Local): Code {
  const sigma0 = exclusiveOr(rotateRight(early, 7), rotateRight(early, 18), shiftRight(early, 3));
  const sigma1 = exclusiveOr(rotateRight(late, 17), rotateRight(late, 19), shiftRight(late, 10));
  return [
    ...early.set(word(index + 1, place)),
    ...late.set(word(index + 14, place)),
    ...setWord(index + 16, place, sum(word(index, place), word(index + 9, place), sigma0, sigma1)),
  ];
}

function mixWord({state, word, scratch: [mixed]}: VectorRounds, round: number, place: Local): Code {
  // After each round the words of the state change their roles: what was a is the next b, what was h the next a.
  const role = (place: number) => itemAt(state, (place + 8 - round) % 8);
  const [a, b, c, d, e, f, g, h] = [role(0), role(1), role(2), role(3), role(4), role(5), role(6), role(7)];
  const choice = v128.bitselect(f.get, g.get, e.get);
  // The last two, or the first along with one of them. No bit is in both.
  const majority = sum(v128.and(b.get, c.get), v128.and(a.get, v128.xor(b.get, c.get)));
  const sum1 = exclusiveOr(rotateRight(e, 6), rotateRight(e, 11), rotateRight(e, 25));
  const sum0 = exclusiveOr(rotateRight(a, 2), rotateRight(a, 13), rotateRight(a, 22));
  return [
    ...mixed.set(sum(h.get, constantOfTurn(round, place), word(round, place), choice, sum1)),
    ...d.set(sum(d.get, mixed.get)),
    ...h.set(sum(mixed.get, majority, sum0)),
  ];
}

/** Constants take a vector, words a stride. */
function constantOfTurn(index: number, place: Local): Code {
  return constant(index, i32.shrU(place.get, i32.const(Math.log2(WORD_STRIDE / VECTOR_BYTES))));
}

function rotateRight(value: Local, bits: number): Code {
  return rotateLeft(value, 32 - bits);
}

function shiftRight(value: Local, bits: number): Code {
  return i32x4.shrU(value.get, i32.const(bits));
}

/** The first 32 bits behind the point. */
function firstFractionBits(value: number): number {
  return Math.floor((value % 1) * 2 ** 32);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
