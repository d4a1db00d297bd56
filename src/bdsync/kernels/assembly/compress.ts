import {CHUNK_BYTES, STATE, VECTOR_BYTES, VECTOR_LANES, WORD_STRIDE, WORDS} from '../memory-layout.js';
import type {DigestRecipe, VectorRounds} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {doWhile, i32, v128} from './instructions.js';
import {itemAt} from './item-at.js';
import {reverseBytes, sum, transpose} from './lane-operations.js';
import type {FunctionScope, Local, ModuleBuilder} from './module-builder.js';

const ZERO = i32.const(0);

/** `compress(pointers, offset, chunks)`: takes chunks (one at least) of all lanes, `offset` behind their pointers. */
export type Compress = (pointers: Code, offset: Code, chunks: Code) => Code;

export function defineCompress(module: ModuleBuilder, recipe: DigestRecipe): Compress {
  return module.defineFunction({parameterCount: 3}, (scope) => {
    const [pointers, offset, chunks] = [scope.parameter(0), scope.parameter(1), scope.parameter(2)];
    const sources = scope.locals('i32', recipe.digest.lanes);
    const square = scope.locals('v128', VECTOR_LANES);
    const place = scope.local('i32');
    const shared = scope.local('v128');
    const vectors = vectorsOf(scope, recipe);
    const words = vectors.flatMap(({state, before}) =>
      state.map((local, index) => ({local, before: itemAt(before, index)})),
    );

    return [
      ...sources.flatMap((source, lane) => source.set(i32.add(i32.load(pointers.get, 4 * lane), offset.get))),
      ...words.flatMap(({local}, index) => local.set(v128.load(ZERO, STATE + VECTOR_BYTES * index))),
      ...doWhile(
        [
          ...vectors.flatMap((vector, index) => loadWords(recipe, vector, lanesOf(sources, index), square)),
          ...words.flatMap(({local, before}) => before.set(local.get)),
          ...recipe.rounds({vectors, shared, place}),
          ...words.flatMap(({local, before}) => local.set(sum(local.get, before.get))),
          ...sources.flatMap((source) => source.set(i32.add(source.get, i32.const(CHUNK_BYTES)))),
          ...chunks.set(i32.sub(chunks.get, i32.const(1))),
        ],
        chunks.get,
      ),
      ...words.flatMap(({local}, index) => v128.store(ZERO, local.get, STATE + VECTOR_BYTES * index)),
    ];
  });
}

interface Vector extends VectorRounds {
  /** The state as it was before this chunk's rounds. */
  readonly before: readonly Local[];
  readonly storeWord: (index: number, value: Code) => Code;
}

function vectorsOf(scope: FunctionScope, {digest, initialState}: DigestRecipe): Vector[] {
  const stateWords = initialState.length;
  return Array.from({length: digest.lanes / VECTOR_LANES}, (_, vector) => {
    const address = (index: number) => WORDS + WORD_STRIDE * index + VECTOR_BYTES * vector;
    return {
      state: scope.locals('v128', stateWords),
      before: scope.locals('v128', stateWords),
      scratch: [scope.local('v128'), scope.local('v128')],
      word: (index, place) => v128.load(place?.get ?? ZERO, address(index)),
      setWord: (index, place, value) => v128.store(place.get, value, address(index)),
      storeWord: (index, value) => v128.store(ZERO, value, address(index)),
    };
  });
}

function lanesOf(sources: readonly Local[], vector: number): readonly Local[] {
  return sources.slice(vector * VECTOR_LANES, (vector + 1) * VECTOR_LANES);
}

/** Reads a chunk of four lanes, sixteen bytes of each at a time, and puts the lanes of each word side by side. */
function loadWords({digest}: DigestRecipe, vector: Vector, sources: readonly Local[], square: readonly Local[]): Code {
  const [scratch] = vector.scratch;
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const rows = sources.map((source) => v128.load(source.get, VECTOR_BYTES * quarter));
    const {code, columns} = transpose(rows, square);
    const stores = columns.map((column, index) => {
      const word = digest.byteOrder === 'big' ? reverseBytes(column, scratch) : column;
      return vector.storeWord(4 * quarter + index, word);
    });
    return [...code, ...stores.flat()];
  });
  return quarters.flat();
}
