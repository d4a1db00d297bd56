import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {formatBytes} from '#dist/units.js';
import type {Experiment, Variant, VariantId} from '../experiment.js';
import {BLOCK_BYTES, type ImagePair} from '../images/image-pair.js';
import {makeRandomPair, spoilTarget} from '../images/random-pair.js';
import {requireEqual} from '../images/require-equal.js';
import {writeWholePatch} from '../images/whole-patch.js';
import {measure, type Redirections} from '../measuring/measure.js';
import {OUR_BDSYNC} from '../programs.js';
import type {Workbench} from '../workbench.js';

/** In sizes of the random images. */
const RELATIVE_SIZE = 0.5;
/** The original does not sync what it has written. */
const PATCH_AND_SYNC = '"$1" --patch="$2" && sync --data "$2"';

/** A patch that writes every block, until it is on the medium. */
export const patching: Experiment = {
  sections: [7],
  title: 'Applying a patch',
  baselines: ['dd', 'patch-native'],
  open: async (bench) => {
    const pair = await makeRandomPair(bench, bench.options.sizeBytes * RELATIVE_SIZE);
    const patch = join(bench.folder, 'whole-patch');
    await writeWholePatch(patch, pair);
    return {
      subject: `${formatBytes(pair.sizeBytes)} in ${pair.sizeBytes / BLOCK_BYTES} extents, synced`,
      rounds: bench.options.rounds,
      variants: patchVariants(bench, pair, patch),
      cached: [pair.source, patch],
      async [Symbol.asyncDispose]() {
        await Promise.all([pair.source, pair.target, patch].map((path) => rm(path)));
      },
    };
  },
};

function patchVariants(bench: Workbench, pair: ImagePair, patch: string): Variant[] {
  const {native} = bench;
  const {source, target} = pair;
  const variant = (id: VariantId, name: string, command: readonly string[], files: Redirections = {}): Variant => ({
    id,
    section: 7,
    name,
    run: async () => {
      await spoilTarget(pair);
      const {wallMs, cpuMs, peakBytes} = await measure(bench, command, files);
      await requireEqual(source, target);
      return {wallMs, cpuMs, peakBytes: {process: peakBytes}};
    },
  });
  const dd = ['dd', `if=${source}`, `of=${target}`, 'bs=1M', 'conv=notrunc,fdatasync', 'status=none'];
  const nativeAndSync = ['sh', '-c', PATCH_AND_SYNC, 'sh', native ?? '', target];
  return [
    variant('patch-ours', 'ours', [...OUR_BDSYNC, `--patch=${target}`], {stdin: patch}),
    ...(native === undefined ? [] : [variant('patch-native', 'native, then sync', nativeAndSync, {stdin: patch})]),
    variant('dd', 'dd conv=fdatasync', dd),
  ];
}
