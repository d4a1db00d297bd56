import type {Configuration} from '../config/configuration.js';
import {HostPool} from '../ends/host-pool.js';
import {MetricsWriter} from '../metrics/metrics-writer.js';
import {planTask} from '../plan.js';
import {selectTasks} from '../select.js';
import {expandTasks} from '../sets/expand-tasks.js';
import {configOrigin} from '../state/task-id.js';
import {findGoneTasks} from './find-gone-tasks.js';
import {heirs, withoutHeirs} from './inherited-records.js';
import {recoverTask} from './recover-task.js';
import type {RecoveredApplication, RecoveryReport} from './recovery-report.js';

export interface RecoverRequest {
  readonly configuration: Configuration;
  /** Empty: all tasks. */
  readonly names: readonly string[];
  /** Undo instead of finishing. */
  readonly rollback: boolean;
  readonly signal: AbortSignal;
}

/**
 * Finishes, or undoes, what interrupted runs began to apply, each under the lock of its task. A disabled task counts:
 * its target is no less incomplete. Where all tasks are meant, so do those that the configuration does not have any more.
 *
 * @throws TaskError 'unknown-task'; the reason of `signal` when it aborts.
 */
export async function recoverTasks({configuration, names, rollback, signal}: RecoverRequest): Promise<RecoveryReport> {
  const pool = new HostPool();
  const origin = await configOrigin(configuration.file);
  const applications: RecoveredApplication[] = [];
  const warnings: string[] = [];
  const expanded = await expandTasks({tasks: selectTasks(configuration, names), signal});
  const {tasks: configured} = configuration;
  const isAll = names.length === 0;
  const gone = await findGoneTasks({configured, expanded: isAll ? expanded : undefined, origin});
  const targets = heirs(configured, expanded);
  const removed: string[] = [];
  const common = {origin, pool, gone, targets, rollback, signal, onRemoved: (what: string) => void removed.push(what)};
  for (const {task} of expanded) {
    if (task.state !== 'valid') continue;
    const plan = planTask(task.config);
    const onWarning = (text: string): void => void warnings.push(`${plan.task}: ${text}`);
    applications.push(...(await recoverTask({...plan, plan}, {...common, onWarning})));
  }
  // What others have taken over is theirs by now.
  for (const each of isAll ? withoutHeirs(gone, targets) : []) {
    const {task, stateDir} = each;
    const onWarning = (text: string): void => void warnings.push(`${task}: ${text}`);
    applications.push(...(await recoverTask({task, stateDir, plan: undefined}, {...common, onWarning})));
  }
  const trouble =
    applications.length === 0 ? undefined : await new MetricsWriter({configured: configuration.tasks, origin}).write();
  if (trouble !== undefined) warnings.push(trouble);
  return {configFile: configuration.file, rollback, applications, removed, warnings};
}
