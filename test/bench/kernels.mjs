// Prints how many gigabytes (10^9 bytes) a second one core digests, and the ratio to node:crypto in the same run.
// What is compared takes turns, and the median counts. Nothing is read: the data is in the processor's cache.
//
//   npm run build && node test/bench/kernels.mjs

import {createHash, randomBytes, randomFillSync} from 'node:crypto';
import {cpus} from 'node:os';
import {createCryptoKernel} from '#dist/bdsync/kernels/create-crypto-kernel.js';
import {createWebAssemblyKernel} from '#dist/bdsync/kernels/create-webassembly-kernel.js';
import {measureFastest} from '#dist/bdsync/kernels/measure-fastest.js';

const DATA_BYTES = 1 << 18;
const STEP_BYTES = 4096;
const SALT = randomBytes(32);
const TURNS = 301;
/** Until then V8 has replaced its first code by better. */
const WARM_UP_TURNS = 100;

/** Node's interface as one uses it: what the single-threaded reference does for each block. */
function createHashPerBlock(digestName) {
  const data = randomBytes(DATA_BYTES);
  return () => {
    for (let start = 0; start < DATA_BYTES; start += STEP_BYTES) {
      createHash(digestName)
        .update(SALT)
        .update(data.subarray(start, start + STEP_BYTES))
        .digest();
    }
  };
}

function wholeBlocks(kernel, {zeros = false, stepBytes = STEP_BYTES} = {}) {
  if (!zeros) randomFillSync(kernel.data);
  const count = DATA_BYTES / stepBytes;
  const digests = new Uint8Array(count * kernel.digestBytes);
  return () => kernel.hashBlocks({offset: 0, stepBytes, count, digests});
}

/** As many blocks as there are lanes, by equal pieces: the data is a piece of each. */
function pieces(kernel) {
  randomFillSync(kernel.data);
  const lengthBytes = DATA_BYTES / kernel.lanes;
  kernel.beginPieces(kernel.lanes);
  return () => kernel.updatePieces({offset: 0, strideBytes: lengthBytes, lengthBytes});
}

/** Gigabytes a second, by name. */
function compare(candidates) {
  const times = Object.keys(candidates).map(() => []);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [index, run] of Object.values(candidates).entries()) {
      const start = performance.now();
      run();
      if (turn >= WARM_UP_TURNS) times[index].push(performance.now() - start);
    }
  }
  return Object.fromEntries(
    Object.keys(candidates).map((name, index) => [name, DATA_BYTES / 1e6 / median(times[index])]),
  );
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function row(...cells) {
  console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(34) : cell.padStart(10))).join(''));
}

console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} processors, Node ${process.versions.node}`);
console.log(`blocks of ${STEP_BYTES} bytes, ${SALT.length} bytes of salt; GB/s on one core, medians\n`);
row('', 'GB/s', 'ratio');
for (const digestName of ['md5', 'sha1', 'sha256']) {
  const ours = () => createWebAssemblyKernel(digestName, SALT, {capacityBytes: DATA_BYTES});
  const figures = compare({
    'createHash for each block': createHashPerBlock(digestName),
    'kernel with node:crypto': wholeBlocks(createCryptoKernel(digestName, SALT, {capacityBytes: DATA_BYTES})),
    'kernel in WebAssembly': wholeBlocks(ours()),
    '… blocks of 512 bytes': wholeBlocks(ours(), {stepBytes: 512}),
    '… large blocks, in pieces': pieces(ours()),
    '… blocks of zeros': wholeBlocks(ours(), {zeros: true}),
  });
  console.log(`${digestName}: ${measureFastest(digestName)} is chosen here`);
  const reference = figures['createHash for each block'];
  for (const [name, speed] of Object.entries(figures))
    row(`  ${name}`, speed.toFixed(2), (speed / reference).toFixed(2));
}
