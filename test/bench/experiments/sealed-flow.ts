import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {quoteServerCommand} from '#dist/bdsync/server-command.js';
import {formatBytes} from '#dist/units.js';
import type {Experiment, Sample} from '../experiment.js';
import type {ImagePair} from '../images/image-pair.js';
import {makeRandomPair, spoilTarget} from '../images/random-pair.js';
import {requireEqual} from '../images/require-equal.js';
import {measure} from '../measuring/measure.js';
import {OUR_BDSYNC} from '../programs.js';
import type {Workbench} from '../workbench.js';

/** Compares, stores the patch and applies it, as a task with target_patch_dir does. */
const UNSEALED = '"$1" "$2" "$3" "$4" "$5" >"$6" && sync "$6" && "$1" "$2" --patch="$5" <"$6"';
const SEALED = '"$1" "$2" --seal "$3" "$4" "$5" >"$6" && sync "$6" && "$1" "$2" --patch="$5" --sealed="$6"';

/** What it costs that a target is the old image or the new one: a seal, an undo journal, and reading back. */
export const sealedFlow: Experiment = {
  sections: [9],
  title: 'Through a patch file',
  baselines: ['flow-unsealed'],
  open: async (bench) => {
    const pair = await makeRandomPair(bench, bench.options.sizeBytes);
    const images = [pair.source, pair.target];
    return {
      subject: `2 × ${formatBytes(pair.sizeBytes)} of random data, ${pair.differing.size} blocks differ; compared, stored, applied`,
      rounds: bench.options.rounds,
      variants: [
        {id: 'flow-sealed', section: 9, name: 'sealed', run: () => runFlow(bench, pair, SEALED)},
        {id: 'flow-unsealed', section: 9, name: 'without a seal', run: () => runFlow(bench, pair, UNSEALED)},
      ],
      cached: images,
      async [Symbol.asyncDispose]() {
        await Promise.all(images.map((path) => rm(path)));
      },
    };
  },
};

async function runFlow(bench: Workbench, pair: ImagePair, script: string): Promise<Sample> {
  await spoilTarget(pair);
  const {source, target} = pair;
  const patch = join(bench.folder, 'patch');
  const server = quoteServerCommand([...OUR_BDSYNC, '--server']);
  const words = [...OUR_BDSYNC, server, source, target, patch];
  const {wallMs, cpuMs, peakBytes} = await measure(bench, ['sh', '-c', script, 'sh', ...words]);
  await requireEqual(source, target);
  return {wallMs, cpuMs, peakBytes: {largest: peakBytes}};
}
