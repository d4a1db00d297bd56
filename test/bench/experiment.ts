import type {Workbench} from './workbench.js';

/** What is measured; aims and baselines name it. */
export type VariantId =
  | 'ours'
  | 'native'
  | 'our-client'
  | 'our-server'
  | 'reference'
  | 'local-equal'
  | 'local-changed'
  | 'cmp'
  | 'zero-ours'
  | 'zero-ours-z'
  | 'zero-native'
  | 'zero-native-z'
  | 'patch-ours'
  | 'patch-native'
  | 'dd'
  | 'flow-sealed'
  | 'flow-unsealed'
  | 'memory-small'
  | 'memory-large'
  | 'hello'
  | 'node';

/** One run. */
export interface Sample {
  readonly wallMs: number;
  /** User and system time of all processes; undefined where only the time counts. */
  readonly cpuMs: number | undefined;
  /** The most that a process had resident, by what it was: `client`, `server`. */
  readonly peakBytes: Readonly<Record<string, number>>;
}

export interface Variant {
  readonly id: VariantId;
  /** Number of the section that it belongs to. */
  readonly section: number;
  readonly name: string;
  /** Runs it once, and throws BenchError when it did not do what it should. */
  readonly run: () => Promise<Sample>;
}

/** Variants that are measured in turn, on the same images. */
export interface Experiment {
  readonly sections: readonly number[];
  readonly title: string;
  /** Ratios are told against these, where they were measured. */
  readonly baselines: readonly VariantId[];
  /** Makes what is needed. Variants whose programs are not there are left out. */
  readonly open: (bench: Workbench) => Promise<OpenExperiment>;
}

export interface OpenExperiment extends AsyncDisposable {
  /** What is measured on, in words. */
  readonly subject: string;
  readonly rounds: number;
  readonly variants: readonly Variant[];
  /** Images that stay in the page cache. */
  readonly cached: readonly string[];
}
