import {readFileSync} from 'node:fs';
import {setFlagsFromString} from 'node:v8';
import {packageFile} from '../../package-file.js';
import type {KernelDigest} from './kernel-digests.js';

const compiled = new Map<string, WebAssembly.Module | undefined>();

/** The module of a digest, compiled once. Undefined where the processor lacks the vector instructions. */
export function compiledKernel({name}: KernelDigest): WebAssembly.Module | undefined {
  if (!compiled.has(name)) compiled.set(name, compile(readFileSync(packageFile(`dist/bdsync/kernels/${name}.wasm`))));
  return compiled.get(name);
}

function compile(bytes: Uint8Array): WebAssembly.Module | undefined {
  // V8 would begin with code that is made in a hurry, half as fast, and on a busy machine go on with it for a second;
  // making good code takes it some milliseconds.
  setFlagsFromString('--no-liftoff');
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}
