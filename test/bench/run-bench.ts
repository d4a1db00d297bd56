import {NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {type BenchOptions, FULL_SIZE_BYTES} from './bench-options.js';
import {EXPERIMENTS} from './experiments/experiments.js';
import {readAvailableBytes} from './images/page-cache.js';
import {judgeAims} from './report/aims.js';
import type {BenchReport} from './report/bench-report.js';
import {describeMachine, type Machine} from './report/machine.js';
import {type ExperimentResult, runExperiment} from './run-experiment.js';
import {openWorkbench, type Workbench} from './workbench.js';

/** More than that is not a machine at rest. */
const QUIET_LOAD = 0.5;

/** Measures what the options want, and leaves nothing behind. */
export async function runBench(
  options: BenchOptions,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  await using bench = await openWorkbench(options, signal);
  const machine = describeMachine(bench.native);
  const notes = await notesOn(bench, machine);
  const experiments: ExperimentResult[] = [];
  for (const experiment of EXPERIMENTS) {
    if (!experiment.sections.some((section) => options.only.has(section))) continue;
    const result = await runExperiment(experiment, bench, onProgress);
    if (result.variants.length > 0) experiments.push(result);
  }
  const {rounds, sizeBytes} = options;
  const aims = judgeAims(experiments.flatMap(({variants}) => variants));
  return {startedAt, machine, rounds, sizeBytes, notes, experiments, aims};
}

async function notesOn({native, options: {sizeBytes}}: Workbench, {load}: Machine): Promise<string[]> {
  const notes: string[] = [];
  if (native === undefined) notes.push(NO_NATIVE_BDSYNC);
  if (sizeBytes !== FULL_SIZE_BYTES) notes.push('the aims are about 2 GiB; other sizes are no more than a try');
  if ((await readAvailableBytes()) < 2.5 * sizeBytes) notes.push('the images do not stay in the page cache');
  if (load > QUIET_LOAD) notes.push(`other work was going on when this began (load ${load.toFixed(1)})`);
  return notes;
}
