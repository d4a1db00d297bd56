import {randomBytes} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {createBlockKernel} from '#dist/bdsync/kernels/create-block-kernel.js';
import {createCryptoKernel} from '#dist/bdsync/kernels/create-crypto-kernel.js';
import {createWebAssemblyKernel} from '#dist/bdsync/kernels/create-webassembly-kernel.js';
import {measureFastest} from '#dist/bdsync/kernels/measure-fastest.js';
import {saltedDigest} from '../../support/salted-digest.js';

const CREATORS = [createBlockKernel, createCryptoKernel, createWebAssemblyKernel];
const OPTIONS = {capacityBytes: 10_000};
const SALT = randomBytes(32);

describe('createBlockKernel', () => {
  it.each(['md5', 'sha1', 'sha256', 'sha512', 'MD5', 'SHA2-256', 'SHA-1'])(
    'gives the same digests of %s whatever computes them',
    (digestName) => {
      const block = randomBytes(5000);
      const digests = CREATORS.map((create) => {
        const kernel = create(digestName, SALT, OPTIONS);
        if (!kernel) return 'none of ours';
        kernel.data.set(block);
        const digest = Buffer.alloc(kernel.digestBytes);
        kernel.hashBlocks({offset: 0, stepBytes: 5000, count: 1, digests: digest});
        return digest.toString('hex');
      });
      const expected = saltedDigest(digestName, SALT, block);
      expect(digests).toEqual([expected, expected, digestName === 'sha512' ? 'none of ours' : expected]);
    },
  );

  it('computes MD5 itself, for which no processor has instructions', () => {
    expect(createBlockKernel('md5', SALT, OPTIONS).implementation).toBe('webassembly');
  });

  it('leaves digests without code of ours to OpenSSL', () => {
    expect(createWebAssemblyKernel('sha512', SALT, OPTIONS)).toBeUndefined();
    expect(measureFastest('sha512')).toBe('crypto');
    expect(createBlockKernel('sha512', SALT, OPTIONS).implementation).toBe('crypto');
  });

  it('decides once for each digest', () => {
    const decisions = Array.from({length: 3}, () => createBlockKernel('sha1', SALT, OPTIONS).implementation);
    expect(new Set(decisions).size).toBe(1);
  });

  it('throws for a digest that OpenSSL does not know', () => {
    expect(() => createBlockKernel('md55', SALT, OPTIONS)).toThrow();
  });
});
