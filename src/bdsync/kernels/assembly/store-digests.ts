import {STATE, VECTOR_BYTES, VECTOR_LANES} from '../memory-layout.js';
import type {DigestRecipe} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {i32, v128} from './instructions.js';
import {reverseBytes} from './lane-operations.js';
import type {ModuleBuilder} from './module-builder.js';

const ZERO = i32.const(0);

/** `storeDigests(pointers)`: the words of each lane's state are its digest. */
export function defineStoreDigests(module: ModuleBuilder, recipe: DigestRecipe): (pointers: Code) => Code {
  const {initialState, digest} = recipe;
  return module.defineFunction({parameterCount: 1}, (scope) => {
    const pointers = scope.parameter(0);
    const scratch = scope.local('v128');
    const lanes = Array.from({length: digest.lanes}, (_, lane) => lane);
    return lanes.flatMap((lane) =>
      initialState.flatMap((_, index) => {
        const vector = Math.floor(lane / VECTOR_LANES);
        const word = v128.load(ZERO, STATE + VECTOR_BYTES * (vector * initialState.length + index));
        const ordered = digest.byteOrder === 'big' ? reverseBytes(word, scratch) : word;
        return v128.store32Lane(i32.load(pointers.get, 4 * lane), ordered, lane % VECTOR_LANES, 4 * index);
      }),
    );
  });
}
