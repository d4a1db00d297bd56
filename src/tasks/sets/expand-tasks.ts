import {ExpectedError} from '../../errors.js';
import {type LvmAt, lvmOfThisMachine} from '../ends/snapshot.js';
import type {SelectedTask} from '../select.js';
import {TaskError} from '../task-error.js';
import {expandSet} from './expand-set.js';
import type {ExpandedTask} from './expanded-task.js';
import {refuseSharedTargets} from './refuse-shared-targets.js';

export interface ExpandRequest {
  readonly tasks: readonly SelectedTask[];
  readonly signal: AbortSignal;
  readonly lvmAt?: LvmAt;
}

/**
 * Asks LVM for the volumes of each section that stands for many. A failure concerns that section only, and so does an abort. A disabled one
 * is not asked for and stays what it is.
 */
export async function expandTasks({tasks, signal, lvmAt = lvmOfThisMachine}: ExpandRequest): Promise<ExpandedTask[]> {
  const expanded: ExpandedTask[] = [];
  for (const {configured, byName, volumes} of tasks) {
    const single = {byName, section: undefined, snapshotTogether: false, leftOut: []};
    if (configured.state !== 'set') {
      expanded.push({...single, task: configured});
    } else if (configured.config.disabled) {
      expanded.push({...single, task: {...configured, state: 'valid'}});
    } else {
      try {
        const members = await expandSet(configured, volumes, lvmAt(configured.set.lvmProgramPath), signal);
        expanded.push(...members.map((member) => ({...member, byName})));
      } catch (error) {
        const {name, warnings, config} = configured;
        const {stateDir, metricsFile, notify} = config;
        const told = expectedError(error, signal);
        expanded.push({
          ...single,
          task: {state: 'unusable', name, warnings, stateDir, metricsFile, notify, error: told},
        });
      }
    }
  }
  return refuseSharedTargets(expanded);
}

/** @throws a defect as it is. */
function expectedError(error: unknown, signal: AbortSignal): ExpectedError {
  if (signal.aborted) return new TaskError('cancelled', 'the run was told to stop', {cause: error});
  if (error instanceof ExpectedError) return error;
  throw error;
}
