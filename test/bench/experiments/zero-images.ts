import {rm} from 'node:fs/promises';
import {formatBytes} from '#dist/units.js';
import type {Experiment, Variant, VariantId} from '../experiment.js';
import {BLOCK_BYTES} from '../images/image-pair.js';
import {readAvailableBytes} from '../images/page-cache.js';
import {makeZeroPair} from '../images/zero-pair.js';
import {measureEnds} from '../measuring/measure-ends.js';
import {OUR_BDSYNC} from '../programs.js';

/** In sizes of the random images. */
const RELATIVE_SIZE = 4;
/** What one of the two images may take of the memory that the page cache can have. */
const CACHE_SHARE = 0.4;

/** Holes: both images are zeros from end to end. */
export const zeroImages: Experiment = {
  sections: [6],
  title: 'Zeros',
  baselines: ['zero-native', 'zero-native-z'],
  open: async (bench) => {
    const mostBytes = Math.floor(((await readAvailableBytes()) * CACHE_SHARE) / BLOCK_BYTES) * BLOCK_BYTES;
    const pair = await makeZeroPair(bench, 'zero', Math.min(RELATIVE_SIZE * bench.options.sizeBytes, mostBytes));
    const images = [pair.source, pair.target];
    const variant = (id: VariantId, name: string, program: readonly string[], flags: readonly string[]): Variant => ({
      id,
      section: 6,
      name,
      run: () => measureEnds(bench, pair, {client: program, server: program, flags}),
    });
    const {native} = bench;
    return {
      subject: `2 × ${formatBytes(pair.sizeBytes)} without any data`,
      rounds: bench.options.rounds,
      variants: [
        variant('zero-ours', 'ours', OUR_BDSYNC, []),
        variant('zero-ours-z', 'ours, --zeroblocks', OUR_BDSYNC, ['--zeroblocks']),
        ...(native === undefined
          ? []
          : [
              variant('zero-native', 'native', [native], []),
              variant('zero-native-z', 'native, --zeroblocks', [native], ['--zeroblocks']),
            ]),
      ],
      cached: images,
      async [Symbol.asyncDispose]() {
        await Promise.all(images.map((path) => rm(path)));
      },
    };
  },
};
