import {MD5} from '../kernel-digests.js';
import type {DigestRecipe, VectorRounds} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {v128} from './instructions.js';
import {itemAt} from './item-at.js';
import {constant, exclusiveOr, rotateLeft, sum} from './lane-operations.js';
import type {Local} from './module-builder.js';

/** RFC 1321: four passes of sixteen rounds over the sixteen words. */
export const md5: DigestRecipe = {
  digest: MD5,
  initialState: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476],
  constants: Array.from({length: 64}, (_, round) => Math.floor(Math.abs(Math.sin(round + 1)) * 2 ** 32)),

  rounds({vectors}) {
    const code: Code[] = [];
    for (let round = 0; round < 64; round += 1) {
      const {start, stride, rotations, mix} = itemAt(PASSES, round >> 4);
      const wordIndex = (start + stride * round) % 16;
      for (const vector of vectors) {
        const {a, b, c, d} = rolesInRound(vector, round);
        code.push(a.set(sum(a.get, constant(round), vector.word(wordIndex), ...mix(b.get, c.get, d.get))));
      }
      for (const vector of vectors) {
        const {a, b} = rolesInRound(vector, round);
        code.push(a.set(sum(rotateLeft(a, itemAt(rotations, round % 4)), b.get)));
      }
    }
    return code.flat();
  },
};

interface Pass {
  /** Which word the pass begins with, and how far on the next one is. */
  readonly start: number;
  readonly stride: number;
  readonly rotations: readonly number[];
  /** To be added up. What needs b comes last, for b is what the round before has just computed. */
  readonly mix: (b: Code, c: Code, d: Code) => Code[];
}

const PASSES: readonly Pass[] = [
  {start: 0, stride: 1, rotations: [7, 12, 17, 22], mix: (b, c, d) => [v128.bitselect(c, d, b)]},
  // The specification joins the two by "or"; they have no bit in common.
  {start: 1, stride: 5, rotations: [5, 9, 14, 20], mix: (b, c, d) => [v128.andnot(c, d), v128.and(b, d)]},
  {start: 5, stride: 3, rotations: [4, 11, 16, 23], mix: (b, c, d) => [exclusiveOr(c, d, b)]},
  {start: 0, stride: 7, rotations: [6, 10, 15, 21], mix: (b, c, d) => [v128.xor(c, v128.or(b, v128.not(d)))]},
];

/** After each round the words of the state change their roles: what was a is the next b, what was d the next a. */
function rolesInRound({state}: VectorRounds, round: number): {a: Local; b: Local; c: Local; d: Local} {
  const role = (place: number) => itemAt(state, (place + 64 - round) % 4);
  return {a: role(0), b: role(1), c: role(2), d: role(3)};
}
