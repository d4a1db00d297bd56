import type {Code} from './encoding.js';
import {i32, returnWith, v128, when, whileTrue} from './instructions.js';
import type {Local, ModuleBuilder} from './module-builder.js';

const VECTOR_BYTES = 16;
/** So much is looked at between two decisions. */
const STRIDE_BYTES = 128;

/** `isZero(address, length)`: 1 when all bytes are zero. Mostly the first sixteen bytes tell. */
export function defineZeroCheck(module: ModuleBuilder): (address: Code, length: Code) => Code {
  return module.defineFunction({parameterCount: 2, result: 'i32', exportName: 'isZero'}, (scope) => {
    const [address, length] = [scope.parameter(0), scope.parameter(1)];
    const end = scope.local('i32');
    return [
      ...end.set(i32.add(address.get, length.get)),
      ...when(i32.ltU(length.get, i32.const(VECTOR_BYTES)), lookAtBytes(address, end)),
      ...returnUnlessZero(v128.load(address.get)),
      ...whileTrue(i32.leU(i32.add(address.get, i32.const(STRIDE_BYTES)), end.get), [
        ...returnUnlessZero(strideAt(address)),
        ...advance(address, STRIDE_BYTES),
      ]),
      // The last vector ends where the block ends, even if it begins among what was seen before.
      ...whileTrue(i32.ltU(i32.add(address.get, i32.const(VECTOR_BYTES)), end.get), [
        ...returnUnlessZero(v128.load(address.get)),
        ...advance(address, VECTOR_BYTES),
      ]),
      ...returnUnlessZero(v128.load(i32.sub(end.get, i32.const(VECTOR_BYTES)))),
      ...i32.const(1),
    ];
  });
}

function lookAtBytes(address: Local, end: Local): Code {
  return [
    ...whileTrue(i32.ltU(address.get, end.get), [
      ...when(i32.load8U(address.get), returnWith(i32.const(0))),
      ...advance(address, 1),
    ]),
    ...returnWith(i32.const(1)),
  ];
}

function strideAt(address: Local): Code {
  const vectors = Array.from({length: STRIDE_BYTES / VECTOR_BYTES}, (_, index) =>
    v128.load(address.get, index * VECTOR_BYTES),
  );
  return vectors.reduce((left, right) => v128.or(left, right));
}

function returnUnlessZero(vector: Code): Code {
  return when(v128.anyTrue(vector), returnWith(i32.const(0)));
}

function advance(address: Local, bytes: number): Code {
  return address.set(i32.add(address.get, i32.const(bytes)));
}
