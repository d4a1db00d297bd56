import type {CheckedTask, CheckReport, Finding} from './check-report.js';
import {checkNeeds} from './check-needs.js';
import {checkUnfinished, unfinishedOfDisabled, type UnfinishedSurroundings} from './check-unfinished.js';
import type {Configuration} from '../config/configuration.js';
import {HostPool} from '../ends/host-pool.js';
import {checkMetricsFile} from '../metrics/check-metrics-file.js';
import {planTask} from '../plan.js';
import {findGoneTasks} from '../recovery/find-gone-tasks.js';
import {goneFindings} from '../recovery/gone-findings.js';
import {heirs, withoutHeirs} from '../recovery/inherited-records.js';
import {configOrigin} from '../state/task-id.js';
import {selectTasks} from '../select.js';
import {expandTasks} from '../sets/expand-tasks.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import {findingOf} from './needs.js';

export interface CheckRequest {
  readonly configuration: Configuration;
  /** Empty: all tasks. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** Hosts that were looked at before; what could not be reached then is not tried again. */
  readonly pool?: HostPool | undefined;
}

/** Looks at what each task would need, without writing anything. */
export async function checkTasks(request: CheckRequest): Promise<CheckReport> {
  const {configuration, names, signal, pool = new HostPool()} = request;
  const tasks: CheckedTask[] = [];
  const selected = selectTasks(configuration, names);
  const expanded = await expandTasks({tasks: selected, signal});
  signal.throwIfAborted();
  const {file} = configuration;
  const origin = await configOrigin(file);
  const isAll = names.length === 0;
  const gone = await findGoneTasks({configured: configuration.tasks, expanded: isAll ? expanded : undefined, origin});
  const abandoned = isAll ? withoutHeirs(gone, heirs(configuration.tasks, expanded)) : [];
  for (const each of expanded) tasks.push(await checkTask(each, {origin, gone, pool, signal}));
  const ofSets = selected.flatMap(({configured}) => (configured.state === 'set' ? configured.warnings : []));
  const warnings = [
    ...configuration.warnings,
    ...ofSets,
    ...abandoned.flatMap(goneFindings).map(({message, hint}) => ({message, hint})),
    ...(tasks.every(({disabled}) => disabled) ? [nothing(file)] : []),
  ];
  return {configFile: file, warnings, tasks};
}

/** Whoever forgot to enable a task, or to include its file, hears it of nobody else. */
function nothing(file: string): Finding {
  return {message: `no enabled task in ${file}: nothing is copied`, hint: undefined};
}

type Surroundings = Omit<UnfinishedSurroundings, 'hasMark'>;

async function checkTask({task, leftOut}: ExpandedTask, surroundings: Surroundings): Promise<CheckedTask> {
  const {pool, signal} = surroundings;
  const {name, warnings} = task;
  const facts = leftOut.map((what) => `not copied: ${what}`);
  const base = {task: name, disabled: false, configErrors: [], unmetNeeds: [], warnings, facts};
  switch (task.state) {
    case 'invalid':
      return {...base, disabled: task.disabled, configErrors: task.errors};
    case 'unusable':
      return {...base, unmetNeeds: [findingOf(task.error)]};
    case 'valid': {
      const plan = planTask(task.config);
      if (task.config.disabled) {
        return {...base, disabled: true, warnings: [...warnings, ...(await unfinishedOfDisabled(plan, surroundings))]};
      }
      const {unmetNeeds, hasMark, ...found} = await checkNeeds(plan, pool, signal);
      const unfinished = await checkUnfinished(plan, {...surroundings, hasMark});
      return {
        ...base,
        unmetNeeds,
        warnings: [...warnings, ...found.warnings, ...unfinished, ...(await checkMetricsFile(task.config.metricsFile))],
        facts: [...found.facts, ...facts],
      };
    }
    default:
      return task satisfies never;
  }
}
