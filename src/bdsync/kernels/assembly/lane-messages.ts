import {
  BLOCK_POINTERS,
  CARRY_ADDRESSES,
  CARRY_LENGTH,
  CARRY_POINTERS,
  CHUNK_BYTES,
  DIGEST_POINTERS,
  MESSAGE_BITS,
  PADDING,
  SALTED_STATE,
  STATE,
  STATE_END,
  VECTOR_BYTES,
} from '../memory-layout.js';
import type {KernelDigest} from '../kernel-digests.js';
import type {Compress} from './compress.js';
import type {DigestRecipe} from './digest-recipe.js';
import type {Code} from './encoding.js';
import {i32, i64, memory, returnWith, v128, when} from './instructions.js';
import {defineStoreDigests} from './store-digests.js';
import type {Local, ModuleBuilder} from './module-builder.js';

// The messages of all lanes grow in step: each is salt | block, and the padding at last. What does not fill a chunk yet
// waits in the lane's carry. Bytes are moved to the carries by whole chunks, for that is one way for all lengths: what
// is too much is written over next time.

const ZERO = i32.const(0);
const CHUNK = i32.const(CHUNK_BYTES);
/** The message's length takes the last eight bytes of the last chunk. */
const LENGTH_BYTES = 8;

/** `begin()`: the salt is digested, the blocks are yet to come. */
export function defineBegin(module: ModuleBuilder): () => Code {
  const stateBytes = i32.const(STATE_END - STATE);
  return module.defineFunction({parameterCount: 0, exportName: 'begin'}, () =>
    memory.copy(i32.const(STATE), i32.const(SALTED_STATE), stateBytes),
  );
}

/** `update(length)`: digests so many bytes of each lane's block, from where its pointer shows. */
export function defineUpdate(module: ModuleBuilder, digest: KernelDigest, compress: Compress): (length: Code) => Code {
  return module.defineFunction({parameterCount: 1, exportName: 'update'}, (scope) => {
    const length = scope.parameter(0);
    const [carried, done, chunks] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    return [
      ...carried.set(i32.load(ZERO, CARRY_LENGTH)),
      ...when(carried.get, [
        ...fillCarries(digest, carried.get, done),
        ...carried.set(i32.add(carried.get, length.get)),
        ...when(i32.ltU(carried.get, CHUNK), [...i32.store(ZERO, carried.get, CARRY_LENGTH), ...returnWith()]),
        ...compress(i32.const(CARRY_POINTERS), ZERO, i32.const(1)),
        ...done.set(i32.sub(length.get, i32.sub(carried.get, CHUNK))),
      ]),
      ...chunks.set(i32.shrU(i32.sub(length.get, done.get), i32.const(Math.log2(CHUNK_BYTES)))),
      ...when(chunks.get, [
        ...compress(i32.const(BLOCK_POINTERS), done.get, chunks.get),
        ...done.set(i32.add(done.get, i32.shl(chunks.get, i32.const(Math.log2(CHUNK_BYTES))))),
      ]),
      ...fillCarries(digest, ZERO, done),
      ...i32.store(ZERO, i32.sub(length.get, done.get), CARRY_LENGTH),
    ];
  });
}

/** Copies a chunk of each lane's block to its carry, behind what is there. */
function fillCarries({lanes}: KernelDigest, carried: Code, done: Local): Code {
  return CARRY_ADDRESSES.slice(0, lanes).flatMap((carry, lane) => {
    const source = i32.add(i32.load(ZERO, BLOCK_POINTERS + 4 * lane), done.get);
    return vectorsOf(CHUNK_BYTES).flatMap((at) => v128.store(carried, v128.load(source, at), carry + at));
  });
}

/** `finish()`: pads the messages, and stores the digests where their pointers show. */
export function defineFinish(module: ModuleBuilder, recipe: DigestRecipe, compress: Compress): () => Code {
  const storeDigests = defineStoreDigests(module, recipe);
  return module.defineFunction({parameterCount: 0, exportName: 'finish'}, (scope) => {
    const [carried, chunks] = [scope.local('i32'), scope.local('i32')];
    const lengthAt = i32.sub(i32.shl(chunks.get, i32.const(Math.log2(CHUNK_BYTES))), i32.const(LENGTH_BYTES));
    return [
      ...carried.set(i32.load(ZERO, CARRY_LENGTH)),
      // One chunk has room for the carry, a byte of padding at least, and the length; else it takes a second one.
      ...chunks.set(i32.add(i32.const(1), i32.leU(i32.const(CHUNK_BYTES - LENGTH_BYTES), carried.get))),
      ...CARRY_ADDRESSES.slice(0, recipe.digest.lanes).flatMap((carry) => [
        ...vectorsOf(2 * CHUNK_BYTES).flatMap((at) =>
          v128.store(carried.get, v128.load(ZERO, PADDING + at), carry + at),
        ),
        ...i64.store(lengthAt, i64.load(ZERO, MESSAGE_BITS), carry),
      ]),
      ...compress(i32.const(CARRY_POINTERS), ZERO, chunks.get),
      ...storeDigests(i32.const(DIGEST_POINTERS)),
    ];
  });
}

function vectorsOf(bytes: number): number[] {
  return Array.from({length: bytes / VECTOR_BYTES}, (_, index) => index * VECTOR_BYTES);
}
