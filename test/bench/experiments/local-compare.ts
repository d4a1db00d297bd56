import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {RunReport} from '#dist/tasks/report.js';
import {formatBytes} from '#dist/units.js';
import {BenchError} from '../bench-error.js';
import type {Experiment, Sample} from '../experiment.js';
import type {ImagePair} from '../images/image-pair.js';
import {makeRandomPair, spoilTarget} from '../images/random-pair.js';
import {requireEqual} from '../images/require-equal.js';
import {measure} from '../measuring/measure.js';
import {OUR_MANAGER} from '../programs.js';
import type {Workbench} from '../workbench.js';

/** A task from this machine to this machine, beside a program that compares and does nothing else. */
export const localCompare: Experiment = {
  sections: [5],
  title: 'A task on this machine',
  baselines: ['cmp'],
  open: async (bench) => {
    const pair = await makeRandomPair(bench, bench.options.sizeBytes);
    const images = [pair.source, pair.target];
    return {
      subject: `2 × ${formatBytes(pair.sizeBytes)} of random data; bdsync-manager sync`,
      rounds: bench.options.rounds,
      variants: [
        // In this order: after the first, the images are equal.
        {id: 'local-changed', section: 5, name: '1 % differs, and is written', run: () => runChanged(bench, pair)},
        {id: 'local-equal', section: 5, name: 'equal images', run: () => runTask(bench, pair, 0)},
        {id: 'cmp', section: 5, name: 'cmp, equal images', run: () => runCmp(bench, pair)},
      ],
      cached: images,
      async [Symbol.asyncDispose]() {
        await Promise.all(images.map((path) => rm(path)));
      },
    };
  },
};

async function runChanged(bench: Workbench, pair: ImagePair): Promise<Sample> {
  await spoilTarget(pair);
  const sample = await runTask(bench, pair, pair.differing.size);
  await requireEqual(pair.source, pair.target);
  return sample;
}

async function runTask(bench: Workbench, {source, target}: ImagePair, differingBlocks: number): Promise<Sample> {
  const reportFile = join(bench.folder, 'report.json');
  const words = ['sync', '--json', `--state-dir=${join(bench.folder, 'state')}`, source, target];
  const {wallMs, cpuMs, peakBytes} = await measure(bench, [...OUR_MANAGER, ...words], {stdout: reportFile});
  const report: RunReport = JSON.parse(await readFile(reportFile, 'utf8'));
  const [task] = report.tasks;
  const found = task?.state === 'synced' ? task.figures.differingBlocks : undefined;
  if (found === differingBlocks) return {wallMs, cpuMs, peakBytes: {largest: peakBytes}};
  throw new BenchError('wrong-result', `the task tells of ${found} differing blocks, there were ${differingBlocks}`);
}

async function runCmp(bench: Workbench, {source, target}: ImagePair): Promise<Sample> {
  const {wallMs, cpuMs, peakBytes} = await measure(bench, ['cmp', source, target]);
  return {wallMs, cpuMs, peakBytes: {process: peakBytes}};
}
