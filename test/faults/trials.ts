import type {FaultWorldOptions} from './fault-world.js';
import {
  APPLIER_STAGES,
  EARLY_STAGES,
  FAR_STAGES,
  HERE_STAGES,
  IN_PLACE_STAGES,
  PATCHER_STAGES,
  GROWING_STAGES,
  SHRINKING_STAGES,
  type Stage,
  STORING_STAGES,
} from './stages.js';
import type {Victim} from './strike.js';

/** One kill at a named stage. */
export interface Trial {
  readonly stage: Stage;
  readonly victim: Victim;
  readonly options: FaultWorldOptions;
}

interface Surroundings {
  readonly options: FaultWorldOptions;
  readonly stages: readonly Stage[];
  /** Of its stages, where not all are tried: each so manieth. A run over ssh takes the longest. */
  readonly every?: number;
}

const FAR_SEALED = [...FAR_STAGES, ...STORING_STAGES, ...APPLIER_STAGES];
const FAR_IN_PLACE = [...FAR_STAGES, ...IN_PLACE_STAGES, ...PATCHER_STAGES];

const SURROUNDINGS: readonly Surroundings[] = [
  {
    options: {way: 'here', flow: 'sealed'},
    stages: [...EARLY_STAGES, ...HERE_STAGES, ...STORING_STAGES, ...APPLIER_STAGES],
  },
  {options: {way: 'connection', flow: 'sealed'}, stages: FAR_SEALED, every: 3},
  {options: {way: 'ssh', flow: 'sealed'}, stages: FAR_SEALED, every: 4},
  {options: {way: 'here', flow: 'in place'}, stages: [...IN_PLACE_STAGES, ...PATCHER_STAGES]},
  {options: {way: 'connection', flow: 'in place'}, stages: FAR_IN_PLACE, every: 3},
  {options: {way: 'ssh', flow: 'in place'}, stages: FAR_IN_PLACE, every: 4},
  {options: {way: 'here', flow: 'sealed', sizes: 'growing'}, stages: GROWING_STAGES},
  {options: {way: 'here', flow: 'sealed', sizes: 'shrinking'}, stages: SHRINKING_STAGES},
];

/** Each stage with each process that is there then. */
export function allTrials(): Trial[] {
  return SURROUNDINGS.flatMap(({stages, options}) =>
    stages.flatMap((stage) => victimsAt(stage, options).map((victim) => ({stage, victim, options}))),
  );
}

/** Each stage, with one process after the other. */
export function someTrials(): Trial[] {
  return SURROUNDINGS.flatMap(({stages, every = 1, options}) =>
    stages
      .filter((_, index) => index % every === 0)
      .map((stage, index) => {
        const victims = victimsAt(stage, options);
        return {stage, victim: victims[index % victims.length] ?? 'all', options};
      }),
  );
}

/** Of those that are there at a stage, first the one that is interesting most. */
function victimsAt({at}: Stage, {way}: FaultWorldOptions): readonly Victim[] {
  if (at.role === 'manager') return ['manager', 'all'];
  switch (way) {
    case 'here':
      return [at.role, 'all', 'manager'];
    case 'connection':
      return at.role === 'hold' ? ['hold', 'manager', 'all'] : [at.role, 'hold', 'manager', 'all'];
    case 'ssh':
      return at.role === 'hold'
        ? ['ssh', 'sshd', 'hold', 'manager', 'all']
        : ['ssh', 'sshd', at.role, 'hold', 'all', 'manager'];
    default:
      return way satisfies never;
  }
}
