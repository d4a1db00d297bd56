import {summarizePlan, type TaskPlan} from '../plan.js';
import type {NotifyConfig} from '../config/notify-config.js';
import type {OnRunEvent} from '../events.js';
import type {TaskReport} from '../report.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import type {Teller} from '../task-context.js';
import {delayedSignal} from './delayed-signal.js';
import type {KnownTask} from './hook-environment.js';
import {type PingedTask, RunPings} from './run-pings.js';
import {runEndHooks, runStartHook} from './task-hooks.js';

export interface NotifierOptions {
  readonly tasks: readonly ExpandedTask[];
  readonly configFile: string | undefined;
  /** Targets are brought in step, as opposed to a rehearsal or a comparison, of which nobody is told. */
  readonly isReal: boolean;
  readonly onEvent: OnRunEvent;
  readonly signal: AbortSignal;
}

/** A task that has its lock and has done nothing yet. */
export interface StartingTask {
  readonly plan: TaskPlan;
  readonly hostName: string;
  readonly teller: Teller;
  readonly signal: AbortSignal;
}

/** For all that is still told when the run was told to stop; a service manager does not wait for ever. */
const STOPPED_GRACE_MS = 20_000;

/**
 * Tells those of a run's tasks who are to know beside the readers of its log. But for on_start, nothing that goes wrong
 * here changes what became of a task: it is a warning in the log, and a note in the report.
 */
export class Notifier {
  readonly #tasks: ReadonlyMap<string, KnownTask & {readonly notify: NotifyConfig}>;
  readonly #pings: RunPings;
  readonly #options: NotifierOptions;
  readonly #signal: AbortSignal;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#tasks = new Map(options.tasks.map(({task}) => [task.name, knownTask(task, options.configFile)]));
    this.#signal = delayedSignal(options.signal, STOPPED_GRACE_MS);
    this.#pings = new RunPings(pingedTasks(options.tasks), this.#signal);
  }

  /** @throws TaskError 'task-hook' when the task is not to begin. */
  async started({plan, hostName, teller, signal}: StartingTask): Promise<void> {
    const task = this.#tasks.get(plan.task);
    if (!this.#options.isReal || task === undefined) return;
    this.#pings.started(plan.task);
    const {stage} = teller;
    if (task.notify.hooks.start) teller.enter('start');
    const start = {
      task: plan.task,
      state: 'started',
      startedAt: new Date().toISOString(),
      plan: summarizePlan(plan, hostName),
    };
    await runStartHook(task.notify.hooks, start, {task, teller, signal});
    teller.stage = stage;
  }

  /** The report, with notes of what could not be told. */
  async ended(report: TaskReport): Promise<TaskReport> {
    const task = this.#tasks.get(report.task);
    if (!this.#options.isReal || task === undefined) return report;
    const teller = this.#tellerOf(report.task);
    const [hookNotes, pingFailures] = await Promise.all([
      runEndHooks(task.notify.hooks, report, {task, teller, signal: this.#signal}),
      this.#pings.ended(report),
    ]);
    for (const {message} of pingFailures) teller.log('warning', message);
    const notes = [...hookNotes, ...pingFailures.map(({message}) => message)];
    return notes.length === 0 ? report : {...report, notes: [...report.notes, ...notes]};
  }

  #tellerOf(task: string): Pick<Teller, 'log'> {
    return {log: (level, message) => this.#options.onEvent({kind: 'log', task, level, message})};
  }
}

function knownTask(
  task: ExpandedTask['task'],
  configFile: string | undefined,
): KnownTask & {readonly notify: NotifyConfig} {
  const {name} = task;
  if (task.state !== 'valid') {
    return {name, configFile, sourcePath: undefined, targetPath: undefined, notify: task.notify};
  }
  const {sourcePath, targetPath, notify} = task.config;
  return {name, configFile, sourcePath, targetPath, notify};
}

/** Nobody waits for a word of a task that is disabled, and the address of no volume in particular is nobody's. */
function pingedTasks(tasks: readonly ExpandedTask[]): PingedTask[] {
  return tasks.flatMap(({task}) => {
    const isDisabled = task.state !== 'unusable' && (task.state === 'valid' ? task.config.disabled : task.disabled);
    const {ping: url} = task.state === 'valid' ? task.config.notify : task.notify;
    const isUsable = url !== undefined && (task.state === 'valid' || !url.namesVolume);
    return isDisabled || !isUsable ? [] : [{name: task.name, url}];
  });
}
