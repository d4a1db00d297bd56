import {SHA1} from '../kernel-digests.js';
import type {DigestRecipe, VectorRounds} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {v128} from './instructions.js';
import {itemAt} from './item-at.js';
import {constant, exclusiveOr, rotateLeft, sum} from './lane-operations.js';
import type {Local} from './module-builder.js';
import {eachWord, toFirstWord} from './word-loop.js';

const ROUNDS_PER_PASS = 20;

/** FIPS 180-4, 6.1: sixteen words become eighty, and these are mixed into the state in four passes. */
export const sha1: DigestRecipe = {
  digest: SHA1,
  initialState: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0],
  constants: [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6],

  rounds({vectors, place}) {
    return [
      ...toFirstWord(place),
      ...eachWord(place, 64, 2, (index) => vectors.flatMap((vector) => expand(vector, index, place))),
      ...toFirstWord(place),
      ...MIXES.flatMap((mix, pass) => passRounds(vectors, place, pass, mix)),
    ];
  },
};

/** To be added up. */
type Mix = (b: Code, c: Code, d: Code) => Code[];

const parity: Mix = (b, c, d) => [exclusiveOr(c, d, b)];
const MIXES: readonly Mix[] = [
  (b, c, d) => [v128.bitselect(c, d, b)],
  parity,
  // The majority of the three: the last two, or the first along with one of them. No bit is in both.
  (b, c, d) => [v128.and(c, d), v128.and(b, exclusiveOr(c, d))],
  parity,
];

function expand({word, setWord, scratch: [mixed]}: VectorRounds, index: number, place: Local): Code {
  const words = [13, 8, 2].map((distance) => word(index + distance, place));
  return [...mixed.set(exclusiveOr(word(index, place), ...words)), ...setWord(index + 16, place, rotateLeft(mixed, 1))];
}

/** Five rounds a turn: then every word of the state has its first role again. */
function passRounds(vectors: readonly VectorRounds[], place: Local, pass: number, mix: Mix): Code {
  return eachWord(place, (pass + 1) * ROUNDS_PER_PASS, 5, (round) =>
    vectors.flatMap((vector) => {
      const {a, b, c, d, e} = rolesInRound(vector, round);
      const addends = [vector.word(round, place), ...mix(b.get, c.get, d.get), rotateLeft(a, 5)];
      return [...e.set(sum(e.get, constant(pass), ...addends)), ...b.set(rotateLeft(b, 30))];
    }),
  );
}

/** After each round the words of the state change their roles: what was a is the next b, what was e the next a. */
function rolesInRound({state}: VectorRounds, round: number): {a: Local; b: Local; c: Local; d: Local; e: Local} {
  const role = (place: number) => itemAt(state, (place + 5 - round) % 5);
  return {a: role(0), b: role(1), c: role(2), d: role(3), e: role(4)};
}
