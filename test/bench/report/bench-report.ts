import type {ExperimentResult} from '../run-experiment.js';
import type {JudgedAim} from './aims.js';
import type {Machine} from './machine.js';

/** Plain data, for text and JSON. */
export interface BenchReport {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly sizeBytes: number;
  /** What a reader of the figures must know, one sentence each. */
  readonly notes: readonly string[];
  readonly experiments: readonly ExperimentResult[];
  readonly aims: readonly JudgedAim[];
}
