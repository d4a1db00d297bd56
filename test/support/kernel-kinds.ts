import type {BlockKernel, KernelOptions} from '#dist/bdsync/kernels/block-kernel.js';
import {createCryptoKernel} from '#dist/bdsync/kernels/create-crypto-kernel.js';
import {createWebAssemblyKernel} from '#dist/bdsync/kernels/create-webassembly-kernel.js';

export interface KernelKind {
  readonly implementation: 'webassembly' | 'crypto';
  readonly digestName: string;
  readonly create: (salt: Uint8Array, options: KernelOptions) => BlockKernel;
}

const CRYPTO_DIGESTS = ['md5', 'sha1', 'sha256', 'sha512', 'blake2b512'];
const WEBASSEMBLY_DIGESTS = ['md5', 'sha1', 'sha256'];

/** What promises to behave alike. */
export const KERNEL_KINDS: readonly KernelKind[] = [
  ...WEBASSEMBLY_DIGESTS.map(
    (digestName): KernelKind => ({
      implementation: 'webassembly',
      digestName,
      create: (salt, options) => {
        const kernel = createWebAssemblyKernel(digestName, salt, options);
        if (!kernel) throw new Error(`no WebAssembly kernel for ${digestName}`);
        return kernel;
      },
    }),
  ),
  ...CRYPTO_DIGESTS.map(
    (digestName): KernelKind => ({
      implementation: 'crypto',
      digestName,
      create: (salt, options) => createCryptoKernel(digestName, salt, options),
    }),
  ),
];
