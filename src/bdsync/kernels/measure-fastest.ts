import {performance} from 'node:perf_hooks';
import type {BlockKernel, KernelImplementation} from './block-kernel.js';
import {createCryptoKernel} from './create-crypto-kernel.js';
import {createWebAssemblyKernel} from './create-webassembly-kernel.js';

/** What is measured: blocks as they usually come. */
const STEP_BYTES = 4096;
const BLOCK_COUNT = 16;
const SALT = new Uint8Array(32);
/** Enough for V8 to put better code in place of that which it begins with: some milliseconds. */
const TURNS = 80;
/** After so many turns nothing but our code can still become faster: no need to go on when it leads by far. */
const WARM_TURNS = 20;
const CLEAR_LEAD = 1.5;

/** Which of the two digests blocks faster: there are processors with instructions for SHA, and OpenSSL uses these. */
export function measureFastest(digestName: string): KernelImplementation {
  const options = {capacityBytes: STEP_BYTES * BLOCK_COUNT};
  const ours = createWebAssemblyKernel(digestName, SALT, options);
  if (!ours) return 'crypto';
  const openssl = createCryptoKernel(digestName, SALT, options);
  let [oursMs, opensslMs] = [Infinity, Infinity];
  // In turns, and the best time counts: whatever else the machine does meanwhile concerns both. A number of turns, not
  // a span of time: on a busy machine that could hold a single one.
  for (let turn = 0; turn < TURNS; turn += 1) {
    oursMs = Math.min(oursMs, timeOnce(ours));
    opensslMs = Math.min(opensslMs, timeOnce(openssl));
    if (turn >= WARM_TURNS && oursMs * CLEAR_LEAD < opensslMs) break;
  }
  return oursMs <= opensslMs ? 'webassembly' : 'crypto';
}

function timeOnce(kernel: BlockKernel): number {
  kernel.data.fill(1);
  const digests = new Uint8Array(BLOCK_COUNT * kernel.digestBytes);
  const start = performance.now();
  kernel.hashBlocks({offset: 0, stepBytes: STEP_BYTES, count: BLOCK_COUNT, digests});
  return performance.now() - start;
}
