import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {formatBytes} from '#dist/units.js';
import type {Experiment, Sample, Variant, VariantId} from '../experiment.js';
import type {ImagePair} from '../images/image-pair.js';
import {makeRandomPair} from '../images/random-pair.js';
import {requirePatch} from '../images/require-patch.js';
import {measure} from '../measuring/measure.js';
import {measureEnds} from '../measuring/measure-ends.js';
import {OUR_BDSYNC, REFERENCE} from '../programs.js';
import type {Workbench} from '../workbench.js';

/** A client and its server on one pair: ours, the original's, one of each; and the reference. */
export const ends: Experiment = {
  sections: [1, 2, 3, 4],
  title: 'A client and its server',
  baselines: ['native', 'reference'],
  open: async (bench) => {
    const pair = await makeRandomPair(bench, bench.options.sizeBytes);
    const images = [pair.source, pair.target];
    return {
      subject: `2 × ${formatBytes(pair.sizeBytes)} of random data, ${pair.differing.size} blocks differ; md5, one pass`,
      rounds: bench.options.rounds,
      variants: [...endVariants(bench, pair), referenceVariant(bench, pair)],
      cached: images,
      async [Symbol.asyncDispose]() {
        await Promise.all(images.map((path) => rm(path)));
      },
    };
  },
};

function endVariants(bench: Workbench, pair: ImagePair): Variant[] {
  const variant = (
    section: number,
    id: VariantId,
    name: string,
    client: readonly string[],
    server: readonly string[],
  ): Variant => ({id, section, name, run: () => measureEnds(bench, pair, {client, server})});

  const both = variant(1, 'ours', 'both ends ours', OUR_BDSYNC, OUR_BDSYNC);
  if (bench.native === undefined) return [both];
  const native = [bench.native];
  return [
    both,
    variant(2, 'native', 'both ends native', native, native),
    variant(3, 'our-client', 'our client, native server', OUR_BDSYNC, native),
    variant(3, 'our-server', 'native client, our server', native, OUR_BDSYNC),
  ];
}

function referenceVariant(bench: Workbench, pair: ImagePair): Variant {
  const run = async (): Promise<Sample> => {
    const patch = join(bench.folder, 'patch');
    const {wallMs, cpuMs, peakBytes} = await measure(bench, [...REFERENCE, pair.source, pair.target], {stdout: patch});
    await requirePatch(patch, pair);
    return {wallMs, cpuMs, peakBytes: {process: peakBytes}};
  };
  return {id: 'reference', section: 4, name: 'reference, one thread', run};
}
