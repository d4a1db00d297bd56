import {type Code, name, sized, unsigned, vector} from './encoding.js';
import {i32} from './instructions.js';

const HEADER: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const SECTION = {type: 1, import: 2, function: 3, export: 7, code: 10, data: 11};
const VALUE_TYPES = {i32: 0x7f, v128: 0x7b};
const FUNCTION_TYPE = 0x60;

export type ValueType = keyof typeof VALUE_TYPES;

/** A parameter or a local variable of a function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** Names what a function's body may use. */
export class FunctionScope {
  readonly #parameterCount: number;
  readonly #localTypes: ValueType[] = [];

  constructor(parameterCount: number) {
    this.#parameterCount = parameterCount;
  }

  parameter(index: number): Local {
    if (index >= this.#parameterCount) throw new RangeError(`no parameter ${index}`);
    return localAt(index);
  }

  local(type: ValueType): Local {
    this.#localTypes.push(type);
    return localAt(this.#parameterCount + this.#localTypes.length - 1);
  }

  locals(type: ValueType, count: number): Local[] {
    return Array.from({length: count}, () => this.local(type));
  }

  /** The function as the code section holds it: its locals, then its body. */
  encode(body: Code): Code {
    const locals = this.#localTypes.map((type) => [1, VALUE_TYPES[type]]);
    return sized([...vector(locals), ...body, 0x0b]);
  }
}

function localAt(index: number): Local {
  return {get: [0x20, ...unsigned(index)], set: (value) => [...value, 0x21, ...unsigned(index)]};
}

export interface FunctionShape {
  /** Parameters are i32, all of them. */
  readonly parameterCount: number;
  readonly result?: ValueType;
  /** Absent: only other functions of the module call it. */
  readonly exportName?: string;
}

/** Puts a module together: one imported memory, functions which call those defined before them, and initial data. */
export class ModuleBuilder {
  readonly #types: Code[] = [];
  readonly #functions: Code[] = [];
  readonly #exports: Code[] = [];
  readonly #data: Code[] = [];

  /** Returns what calls the function: arguments to code. */
  defineFunction(shape: FunctionShape, body: (scope: FunctionScope) => Code): (...operands: Code[]) => Code {
    const index = this.#functions.length;
    const {parameterCount, result, exportName} = shape;
    const parameters = Array.from({length: parameterCount}, () => [VALUE_TYPES.i32]);
    const results = result ? [[VALUE_TYPES[result]]] : [];
    const scope = new FunctionScope(parameterCount);
    this.#types.push([FUNCTION_TYPE, ...vector(parameters), ...vector(results)]);
    this.#functions.push(scope.encode(body(scope)));
    if (exportName) this.#exports.push([...name(exportName), 0x00, ...unsigned(index)]);
    return (...operands) => [...operands.flat(), 0x10, ...unsigned(index)];
  }

  /** Bytes that are in memory from the start. */
  addData(address: number, bytes: Code): void {
    this.#data.push([0x00, ...i32.const(address), 0x0b, ...sized(bytes)]);
  }

  encode(): Uint8Array {
    const importedMemory = [...name('host'), ...name('memory'), 0x02, 0x00, 0x01];
    const typeIndexes = this.#functions.map((_, index) => unsigned(index));
    return Uint8Array.from([
      ...HEADER,
      ...section(SECTION.type, this.#types),
      ...section(SECTION.import, [importedMemory]),
      ...section(SECTION.function, typeIndexes),
      ...section(SECTION.export, this.#exports),
      ...section(SECTION.code, this.#functions),
      ...section(SECTION.data, this.#data),
    ]);
  }
}

function section(id: number, items: readonly Code[]): Code {
  return [id, ...sized(vector(items))];
}
