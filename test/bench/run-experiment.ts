import type {Experiment, Sample, Variant, VariantId} from './experiment.js';
import {keepCached} from './images/page-cache.js';
import {median} from './measuring/median.js';
import type {Workbench} from './workbench.js';

export interface ExperimentResult {
  readonly title: string;
  readonly subject: string;
  readonly baselines: readonly VariantId[];
  readonly variants: readonly VariantResult[];
}

export interface VariantResult {
  readonly id: VariantId;
  readonly section: number;
  readonly name: string;
  /** One of each round, in their order. */
  readonly samples: readonly Sample[];
  /** Medians. */
  readonly wallMs: number;
  readonly cpuMs: number | undefined;
  /** The largest of all samples. */
  readonly peakBytes: Readonly<Record<string, number>>;
}

/** Runs the wanted variants of an experiment in turn, round by round, so that what the machine does meanwhile hits all. */
export async function runExperiment(
  experiment: Experiment,
  bench: Workbench,
  onProgress: (text: string) => void,
): Promise<ExperimentResult> {
  const {title, baselines} = experiment;
  onProgress(`${title}: making what is needed`);
  await using opened = await experiment.open(bench);
  const {subject, rounds, cached} = opened;
  const variants = opened.variants.filter(({section}) => bench.options.only.has(section));
  const samples = new Map(variants.map(({id}) => [id, [] as Sample[]]));
  await using _ = await keepCached(cached, bench);
  for (let round = 1; round <= rounds; round += 1) {
    // Back and forth: what one leaves the machine to do is not always the same one's burden.
    for (const {id, name, run} of round % 2 === 1 ? variants : variants.toReversed()) {
      bench.signal.throwIfAborted();
      onProgress(`${title}: round ${round} of ${rounds}: ${name}`);
      samples.get(id)?.push(await run());
    }
  }
  return {
    title,
    subject,
    baselines,
    variants: variants.map((variant) => summary(variant, samples.get(variant.id) ?? [])),
  };
}

function summary({id, section, name}: Variant, samples: readonly Sample[]): VariantResult {
  const cpu = samples.flatMap(({cpuMs}) => cpuMs ?? []);
  return {
    id,
    section,
    name,
    samples,
    wallMs: median(samples.map(({wallMs}) => wallMs)),
    cpuMs: cpu.length === 0 ? undefined : median(cpu),
    peakBytes: peaks(samples),
  };
}

function peaks(samples: readonly Sample[]): Record<string, number> {
  const largest: Record<string, number> = {};
  for (const [process, bytes] of samples.flatMap(({peakBytes}) => Object.entries(peakBytes))) {
    largest[process] = Math.max(largest[process] ?? 0, bytes);
  }
  return largest;
}
