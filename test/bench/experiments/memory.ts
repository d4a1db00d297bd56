import {rm} from 'node:fs/promises';
import {formatBytes} from '#dist/units.js';
import type {Experiment} from '../experiment.js';
import type {ImagePair} from '../images/image-pair.js';
import {makeZeroPair} from '../images/zero-pair.js';
import {measureEnds} from '../measuring/measure-ends.js';
import {OUR_BDSYNC} from '../programs.js';

/** In sizes of the random images. */
const SMALL = 0.5;
const LARGE = 32;

/** Whether more is kept in memory of a larger device. */
export const memory: Experiment = {
  sections: [8],
  title: 'Memory',
  baselines: [],
  open: async (bench) => {
    const small = await makeZeroPair(bench, 'small', bench.options.sizeBytes * SMALL);
    const large = await makeZeroPair(bench, 'large', bench.options.sizeBytes * LARGE);
    const ends = {client: OUR_BDSYNC, server: OUR_BDSYNC};
    return {
      subject: 'ours, on images without any data; once',
      rounds: 1,
      variants: [
        {id: 'memory-small', section: 8, name: pairName(small), run: () => measureEnds(bench, small, ends)},
        {id: 'memory-large', section: 8, name: pairName(large), run: () => measureEnds(bench, large, ends)},
      ],
      cached: [],
      async [Symbol.asyncDispose]() {
        await Promise.all([small, large].flatMap(({source, target}) => [rm(source), rm(target)]));
      },
    };
  },
};

function pairName({sizeBytes}: ImagePair): string {
  return `2 × ${formatBytes(sizeBytes)}`;
}
