// The part of the WebAssembly interface that is in use here: @types/node does not declare it, and TypeScript's own
// declarations come only along with all of a browser's.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: {readonly initial: number; readonly maximum?: number});
    readonly buffer: ArrayBuffer;
  }

  /** Compiled code; made of bytes, or CompileError is thrown. */
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  const Module: new (bytes: Uint8Array) => Module;

  /** Nothing else is exported here, and nothing but numbers goes in and out. */
  type ExportedFunction = (...operands: number[]) => number;

  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: Readonly<Record<string, ExportedFunction>>;
  }

  class CompileError extends Error {}
}
