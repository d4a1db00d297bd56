import type {BlockKernel, KernelImplementation, KernelOptions} from './block-kernel.js';
import {createCryptoKernel} from './create-crypto-kernel.js';
import {createWebAssemblyKernel} from './create-webassembly-kernel.js';
import {measureFastest} from './measure-fastest.js';
import {findKernelDigest} from './kernel-digests.js';

/** Digests for which some processors have instructions, which OpenSSL uses. */
const ACCELERATED: ReadonlySet<string> = new Set(['sha1', 'sha256']);

const measured = new Map<string, KernelImplementation>();

/**
 * The fastest kernel for a digest that OpenSSL knows (throws OpenSSL's error for others). Finding out takes some
 * milliseconds, once per digest and thread; both give the same digests.
 */
export function createBlockKernel(digestName: string, salt: Uint8Array, options: KernelOptions): BlockKernel {
  const implementation = fastestImplementation(digestName);
  const ours = implementation === 'webassembly' ? createWebAssemblyKernel(digestName, salt, options) : undefined;
  return ours ?? createCryptoKernel(digestName, salt, options);
}

function fastestImplementation(digestName: string): KernelImplementation {
  const key = findKernelDigest(digestName)?.name;
  if (!key) return 'crypto';
  if (!ACCELERATED.has(key)) return 'webassembly';
  const fastest = measured.get(key) ?? measureFastest(digestName);
  measured.set(key, fastest);
  return fastest;
}
