import type {BlockKernel, KernelOptions} from './block-kernel.js';
import {CryptoEngine} from './crypto-engine.js';
import {KernelMemory} from './kernel-memory.js';
import {MemoryKernel} from './memory-kernel.js';
import {ZeroDigests} from './zero-digests.js';

/** OpenSSL's code for any digest that it knows; throws its error for another name. */
export function createCryptoKernel(digestName: string, salt: Uint8Array, {capacityBytes}: KernelOptions): BlockKernel {
  const memory = new KernelMemory(capacityBytes);
  const engine = new CryptoEngine(digestName, salt, memory.memory.buffer);
  return new MemoryKernel(memory, engine, new ZeroDigests(digestName, salt));
}
