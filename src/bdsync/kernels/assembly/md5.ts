import {MD5} from '../kernel-digests.js';
import type {DigestRecipe, VectorRounds} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {i32x4, v128} from './instructions.js';
import {itemAt} from './item-at.js';
import {constant, exclusiveOr, rotateLeft, sum} from './lane-operations.js';
import type {Local} from './module-builder.js';

/** What RFC 1321 has, 0x100000000 times the sine of each round's number. */
const SINES: readonly number[] = Array.from({length: 64}, (_, round) =>
  Math.floor(Math.abs(Math.sin(round + 1)) * 2 ** 32),
);

interface Pass {
  /** Which word the pass begins with, and how far on the next one is. */
  readonly start: number;
  readonly stride: number;
  readonly rotations: readonly number[];
  /** Mixes b, c and d, and adds that. What needs b comes late, for b is what the round before has just computed. */
  readonly mix: (addends: Code, b: Code, c: Code, d: Code) => Code;
  /** To be taken from the round's constant: what `mix` adds too much. */
  readonly borrow: 0 | 1;
}

const PASSES: readonly Pass[] = [
  {
    start: 0,
    stride: 1,
    rotations: [7, 12, 17, 22],
    borrow: 0,
    // (b and c) or (not b and d)
    mix: (addends, b, c, d) => sum(addends, v128.xor(d, v128.and(b, v128.xor(c, d)))),
  },
  {
    start: 1,
    stride: 5,
    rotations: [5, 9, 14, 20],
    borrow: 0,
    // (b and d) or (c and not d): they have no bit in common.
    mix: (addends, b, c, d) => sum(addends, v128.andnot(c, d), v128.and(b, d)),
  },
  {
    start: 5,
    stride: 3,
    rotations: [4, 11, 16, 23],
    borrow: 0,
    mix: (addends, b, c, d) => sum(addends, exclusiveOr(c, d, b)),
  },
  {
    start: 0,
    stride: 7,
    rotations: [6, 10, 15, 21],
    // c xor (b or not d) is the complement of c xor d xor (b and d), and to add a complement is to subtract, and 1 less.
    borrow: 1,
    mix: (addends, b, c, d) => i32x4.sub(addends, v128.xor(v128.xor(c, d), v128.and(b, d))),
  },
];

/**
 * RFC 1321: four passes of sixteen rounds over the sixteen words. A round waits for the one before: on processors where
 * a vector instruction takes two cycles, three vectors at once are a quarter faster than two. They are so only if all
 * share what is loaded: V8 keeps loads in order, and with too many of them loads early what it then has no register for.
 */
export const md5: DigestRecipe = {
  digest: MD5,
  initialState: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476],
  constants: SINES.map((sine, round) => sine - passOf(round).borrow),

  rounds({vectors, shared}) {
    const code: Code[] = [];
    for (let round = 0; round < 64; round += 1) {
      const {start, stride, rotations, mix} = passOf(round);
      const wordIndex = (start + stride * round) % 16;
      code.push(shared.set(constant(round)));
      for (const vector of vectors) {
        const {a, b, c, d} = rolesInRound(vector, round);
        const addends = sum(a.get, shared.get, vector.word(wordIndex));
        code.push(a.set(mix(addends, b.get, c.get, d.get)));
        code.push(a.set(sum(rotateLeft(a, itemAt(rotations, round % 4)), b.get)));
      }
    }
    return code.flat();
  },
};

function passOf(round: number): Pass {
  return itemAt(PASSES, round >> 4);
}

/** After each round the words of the state change their roles: what was a is the next b, what was d the next a. */
function rolesInRound({state}: VectorRounds, round: number): {a: Local; b: Local; c: Local; d: Local} {
  const role = (place: number) => itemAt(state, (place + 64 - round) % 4);
  return {a: role(0), b: role(1), c: role(2), d: role(3)};
}
