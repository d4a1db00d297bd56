import {CARRY_ADDRESSES, CARRY_POINTERS, CONSTANTS, PADDING, SALTED_STATE, VECTOR_LANES} from '../memory-layout.js';
import {defineCompress} from './compress.js';
import {defineDigestBlocks} from './digest-blocks.js';
import type {DigestRecipe} from './digest-recipe.js';
import {type Code, word} from './encoding.js';
import {defineBegin, defineFinish, defineUpdate} from './lane-messages.js';
import {ModuleBuilder} from './module-builder.js';
import {defineZeroCheck} from './zero-check.js';

const PADDING_START: Code = [0x80];

/** The WebAssembly module of a digest: bytes that any host can compile. */
export function assembleKernel(recipe: DigestRecipe): Uint8Array {
  const module = new ModuleBuilder();
  const isZero = defineZeroCheck(module);
  const compress = defineCompress(module, recipe);
  const begin = defineBegin(module);
  const update = defineUpdate(module, recipe.digest, compress);
  const finish = defineFinish(module, recipe, compress);
  defineDigestBlocks(module, recipe.digest, {isZero, begin, update, finish});

  module.addData(CONSTANTS, recipe.constants.flatMap(inAllLanes));
  module.addData(PADDING, PADDING_START);
  module.addData(CARRY_POINTERS, CARRY_ADDRESSES.flatMap(word));
  module.addData(SALTED_STATE, unsaltedState(recipe));
  return module.encode();
}

/** Each word in all lanes, vector by vector. */
function unsaltedState({initialState, digest}: DigestRecipe): Code {
  const vector = initialState.flatMap(inAllLanes);
  return Array.from({length: digest.lanes / VECTOR_LANES}, () => vector).flat();
}

function inAllLanes(value: number): Code {
  return Array.from({length: VECTOR_LANES}, () => word(value)).flat();
}
