import type {Sample} from '../experiment.js';
import {median} from './median.js';

interface Measured {
  /** One of each round, in their order. */
  readonly samples: readonly Sample[];
}

/**
 * What one took by what the other took in the same round, as the median of all rounds: what the machine does for longer
 * than a round hits both. Undefined where one of them was not measured.
 */
export function roundRatio(
  one: Measured | undefined,
  other: Measured | undefined,
  figure: 'wallMs' | 'cpuMs',
): number | undefined {
  const ratios = (one?.samples ?? []).flatMap((sample, round) => {
    const dividend = sample[figure];
    const divisor = other?.samples[round]?.[figure];
    return dividend === undefined || divisor === undefined ? [] : dividend / divisor;
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
