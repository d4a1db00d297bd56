import {BLOCK_POINTERS, DIGEST_POINTERS, UNUSED_DIGEST, ZERO_DIGEST} from '../memory-layout.js';
import type {KernelDigest} from '../kernel-digests.js';
import type {Code} from './encoding.js';
import {i32, memory, when, whileTrue} from './instructions.js';
import type {Local, ModuleBuilder} from './module-builder.js';

const ZERO = i32.const(0);
const POINTER_BYTES = 4;

interface Callees {
  readonly isZero: (address: Code, length: Code) => Code;
  readonly begin: () => Code;
  readonly update: (length: Code) => Code;
  readonly finish: () => Code;
}

/**
 * `digestBlocks(block, stepBytes, count, digest)`: digests blocks that lie one behind the other. A block of zeros gets
 * the digest that is known; the others take one lane each, and are digested whenever all lanes have one.
 */
export function defineDigestBlocks(module: ModuleBuilder, {digestBytes, lanes}: KernelDigest, callees: Callees): void {
  const {isZero, begin, update, finish} = callees;

  const digestLanes = module.defineFunction({parameterCount: 1}, (scope) => [
    ...begin(),
    ...update(scope.parameter(0).get),
    ...finish(),
  ]);

  module.defineFunction({parameterCount: 4, exportName: 'digestBlocks'}, (scope) => {
    const [block, stepBytes, count] = [scope.parameter(0), scope.parameter(1), scope.parameter(2)];
    const digest = scope.parameter(3);
    const usedLanes = scope.local('i32');

    const copyZeroDigest = memory.copy(digest.get, i32.const(ZERO_DIGEST), i32.const(digestBytes));
    const fillLane = (blockAddress: Code, digestAddress: Code): Code => {
      const pointer = i32.shl(usedLanes.get, i32.const(Math.log2(POINTER_BYTES)));
      return [
        ...i32.store(pointer, blockAddress, BLOCK_POINTERS),
        ...i32.store(pointer, digestAddress, DIGEST_POINTERS),
        ...add(usedLanes, i32.const(1)),
      ];
    };

    return [
      ...whileTrue(count.get, [
        ...when(isZero(block.get, stepBytes.get), copyZeroDigest, [
          ...fillLane(block.get, digest.get),
          ...when(i32.eq(usedLanes.get, i32.const(lanes)), [...digestLanes(stepBytes.get), ...usedLanes.set(ZERO)]),
        ]),
        ...add(block, stepBytes.get),
        ...add(digest, i32.const(digestBytes)),
        ...add(count, i32.const(-1)),
      ]),
      // The lanes that are left over go along with the first one's block; nobody reads their digests.
      ...when(usedLanes.get, [
        ...whileTrue(
          i32.ltU(usedLanes.get, i32.const(lanes)),
          fillLane(i32.load(ZERO, BLOCK_POINTERS), i32.const(UNUSED_DIGEST)),
        ),
        ...digestLanes(stepBytes.get),
      ]),
    ];
  });
}

function add(local: Local, value: Code): Code {
  return local.set(i32.add(local.get, value));
}
