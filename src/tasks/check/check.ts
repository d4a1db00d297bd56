import type {CheckedTask, CheckReport} from './check-report.js';
import {checkNeeds} from './check-needs.js';
import type {Configuration, ConfiguredTask} from '../config/configuration.js';
import {HostPool} from '../ends/host-pool.js';
import {planTask} from '../plan.js';
import {selectTasks} from '../select.js';

export interface CheckRequest {
  readonly configuration: Configuration;
  /** Empty: all tasks. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
}

/** Looks at what each task would need, without writing anything. */
export async function checkTasks({configuration, names, signal}: CheckRequest): Promise<CheckReport> {
  const pool = new HostPool();
  const tasks: CheckedTask[] = [];
  for (const {configured} of selectTasks(configuration, names)) tasks.push(await checkTask(configured, pool, signal));
  return {configFile: configuration.file, warnings: configuration.warnings, tasks};
}

async function checkTask(configured: ConfiguredTask, pool: HostPool, signal: AbortSignal): Promise<CheckedTask> {
  const {name: task, warnings} = configured;
  if (configured.state === 'invalid') {
    const {disabled, errors} = configured;
    return {task, disabled, configErrors: errors, unmetNeeds: [], warnings, facts: []};
  }
  const {disabled} = configured.config;
  if (disabled) return {task, disabled, configErrors: [], unmetNeeds: [], warnings, facts: []};
  const needs = await checkNeeds(planTask(configured.config), pool, signal);
  return {task, disabled, configErrors: [], ...needs, warnings: [...warnings, ...needs.warnings]};
}
