import type {Experiment} from '../experiment.js';
import {ends} from './ends.js';
import {localCompare} from './local-compare.js';
import {memory} from './memory.js';
import {patching} from './patching.js';
import {sealedFlow} from './sealed-flow.js';
import {startUp} from './start-up.js';
import {zeroImages} from './zero-images.js';

/** In the order in which they run. */
export const EXPERIMENTS: readonly Experiment[] = [
  ends,
  localCompare,
  zeroImages,
  patching,
  sealedFlow,
  startUp,
  memory,
];
