import type {Configuration} from '../config/configuration.js';
import {selectTasks} from '../select.js';
import {expandTasks} from '../sets/expand-tasks.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import {stateDirOf} from '../sets/state-dir-of.js';
import {findSchedules} from '../schedule/find-schedules.js';
import {findGoneTasks, type GoneTask} from '../recovery/find-gone-tasks.js';
import {heirs, withoutHeirs} from '../recovery/inherited-records.js';
import {configOrigin} from '../state/task-id.js';
import {judgeTask} from './judge-task.js';
import {gravest} from './level.js';
import {whereLooked} from '../history/where-looked.js';
import {lookAtTask} from './look-at-task.js';
import {statusOfGone} from './status-of-gone.js';
import type {StatusReport} from './status-report.js';

export interface StatusRequest {
  readonly configuration: Configuration;
  /** Empty: all tasks. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Tells how tasks are by what this machine knows: no other one is asked, and nothing is written. LVM is asked for the
 * volumes of a pattern.
 *
 * @throws TaskError 'unknown-task'. What is wrong with one task is told with it.
 */
export async function reportStatus(
  {configuration, names, signal}: StatusRequest,
  now: () => number = Date.now,
): Promise<StatusReport> {
  const tasks = await expandTasks({tasks: selectTasks(configuration, names), signal});
  signal.throwIfAborted();
  const isAll = names.length === 0;
  const origin = await configOrigin(configuration.file);
  const gone = await findGoneTasks({configured: configuration.tasks, expanded: isAll ? tasks : undefined, origin});
  const status = await statusOfTasks(configuration.file, tasks, now, gone);
  const abandoned = isAll ? withoutHeirs(gone, heirs(configuration.tasks, tasks)).map(statusOfGone) : [];
  const taskNames = [...new Set(tasks.flatMap(({task, section}) => [task.name, section ?? task.name]))];
  const schedules = await findSchedules({configFile: configuration.file, taskNames, nowMs: now()});
  const level = gravest([status.level, ...abandoned.map((each) => each.level)]);
  return {...status, level, goneTasks: abandoned, schedules};
}

const NOBODY = ['unknown'] as const;

export async function statusOfTasks(
  configFile: string,
  tasks: readonly ExpandedTask[],
  now: () => number = Date.now,
  gone: readonly GoneTask[] = [],
): Promise<Omit<StatusReport, 'goneTasks' | 'schedules'>> {
  const origin = await configOrigin(configFile);
  const known = [];
  for (const task of tasks) known.push(await lookAtTask(task, origin, {gone}));
  const nowMs = now();
  const judged = known.map((each) => judgeTask(each, nowMs));
  return {
    configFile,
    at: new Date(nowMs).toISOString(),
    // Nobody would learn of it otherwise: of no task, nothing is ever wrong.
    level: gravest([...judged.map(({level}) => level), ...(judged.every(({disabled}) => disabled) ? NOBODY : [])]),
    tasks: judged,
    remarks: await whereLooked(tasks.flatMap(({task}) => stateDirOf(task) ?? [])),
  };
}
