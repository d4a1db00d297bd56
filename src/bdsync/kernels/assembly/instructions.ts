import {type Code, signed, unsigned} from './encoding.js';

// The instructions that the kernels need, as functions from operands to bytes. The names are WebAssembly's own; numbers
// are those of https://webassembly.github.io/spec/core/binary/instructions.html.

const VOID_BLOCK = 0x40;
const END = 0x0b;

function operation(...opcode: number[]) {
  return (...operands: Code[]): Code => [...operands.flat(), ...opcode];
}

/** The vector instructions share a prefix; their own number follows as LEB128. */
function vectorOperation(opcode: number) {
  return operation(0xfd, ...unsigned(opcode));
}

/**
 * Loads and stores name an address and a constant that is added to it. The alignment which they promise is a mere hint,
 * and none is promised here: blocks begin anywhere.
 */
function memoryOperation(...opcode: number[]) {
  return (operands: Code, offset: number): Code => [...operands, ...opcode, 0, ...unsigned(offset)];
}

function load(...opcode: number[]) {
  const encode = memoryOperation(...opcode);
  return (address: Code, offset = 0): Code => encode(address, offset);
}

function store(...opcode: number[]) {
  const encode = memoryOperation(...opcode);
  return (address: Code, value: Code, offset = 0): Code => encode([...address, ...value], offset);
}

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: load(0x28),
  load8U: load(0x2d),
  store: store(0x36),
  eqz: operation(0x45),
  eq: operation(0x46),
  ltU: operation(0x49),
  leU: operation(0x4d),
  add: operation(0x6a),
  sub: operation(0x6b),
  and: operation(0x71),
  shl: operation(0x74),
  shrU: operation(0x76),
};

export const i64 = {
  load: load(0x29),
  store: store(0x37),
};

export const v128 = {
  load: load(0xfd, 0x00),
  store: store(0xfd, 0x0b),
  /** Stores one of the four 32-bit lanes. */
  store32Lane: (address: Code, value: Code, lane: number, offset = 0): Code => [
    ...store(0xfd, 0x5a)(address, value, offset),
    lane,
  ],
  and: vectorOperation(0x4e),
  /** The bits of the first operand that are not in the second. */
  andnot: vectorOperation(0x4f),
  or: vectorOperation(0x50),
  xor: vectorOperation(0x51),
  /** Where the third operand has a bit, the first operand's, elsewhere the second's. */
  bitselect: vectorOperation(0x52),
  anyTrue: vectorOperation(0x53),
};

export const i32x4 = {
  shl: vectorOperation(0xab),
  shrU: vectorOperation(0xad),
  add: vectorOperation(0xae),
  sub: vectorOperation(0xb1),
};

export const i8x16 = {
  /** Sixteen bytes chosen by number: 0 to 15 from the first operand, 16 to 31 from the second. */
  shuffle: (first: Code, second: Code, bytes: Code): Code => [...first, ...second, 0xfd, 0x0d, ...bytes],
};

export const memory = {
  copy: operation(0xfc, 0x0a, 0, 0),
};

export function when(condition: Code, then: Code, otherwise: Code = []): Code {
  const alternative = otherwise.length > 0 ? [0x05, ...otherwise] : [];
  return [...condition, 0x04, VOID_BLOCK, ...then, ...alternative, END];
}

/** Runs the body once at least, and again as long as the condition is not 0. */
export function doWhile(body: Code, condition: Code): Code {
  return [0x03, VOID_BLOCK, ...body, ...condition, 0x0d, 0, END];
}

export function whileTrue(condition: Code, body: Code): Code {
  return when(condition, doWhile(body, condition));
}

export function returnWith(value: Code = []): Code {
  return [...value, 0x0f];
}
