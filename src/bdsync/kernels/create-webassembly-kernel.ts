import type {BlockKernel, KernelOptions} from './block-kernel.js';
import {compiledKernel} from './compiled-kernel.js';
import {findKernelDigest} from './kernel-digests.js';
import {KernelMemory} from './kernel-memory.js';
import {MemoryKernel} from './memory-kernel.js';
import {WebAssemblyEngine} from './webassembly-engine.js';
import {ZeroDigests} from './zero-digests.js';

/** Our own code for a digest; undefined where there is none: only MD5, SHA-1 and SHA-256 have. */
export function createWebAssemblyKernel(
  digestName: string,
  salt: Uint8Array,
  {capacityBytes}: KernelOptions,
): BlockKernel | undefined {
  const digest = findKernelDigest(digestName);
  const module = digest && compiledKernel(digest);
  if (!digest || !module) return undefined;
  const memory = new KernelMemory(capacityBytes);
  const engine = new WebAssemblyEngine(digest, module, salt, memory);
  return new MemoryKernel(memory, engine, new ZeroDigests(digestName, salt));
}
