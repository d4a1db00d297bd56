import {resolve} from 'node:path';
import type {OnRunEvent} from '../events.js';
import {summarizePlan, type TaskPlan} from '../plan.js';
import {failureLines} from '../programs/failure-lines.js';
import type {TaskReport} from '../report.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import type {Teller} from '../task-context.js';
import {delayedSignal} from './delayed-signal.js';
import {sendFailureMails} from './run-mails.js';
import {RunPings} from './run-pings.js';
import {runEndHooks, runStartHook} from './task-hooks.js';
import {type ToldTask, toldTasks} from './told-task.js';

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
  readonly #tasks: ReadonlyMap<string, ToldTask>;
  readonly #pings: RunPings;
  readonly #configFile: string | undefined;
  readonly #onEvent: OnRunEvent;
  readonly #signal: AbortSignal;

  constructor({tasks, configFile, isReal, onEvent, signal}: NotifierOptions) {
    // The current folder means nothing to who reads it elsewhere.
    this.#configFile = configFile === undefined ? undefined : resolve(configFile);
    const told = isReal ? toldTasks(tasks, this.#configFile) : [];
    this.#tasks = new Map(told.map((task) => [task.name, task]));
    this.#onEvent = onEvent;
    this.#signal = delayedSignal(signal, STOPPED_GRACE_MS);
    this.#pings = new RunPings(told, this.#signal);
  }

  /** @throws TaskError 'task-hook' when the task is not to begin. */
  async started({plan, hostName, teller, signal}: StartingTask): Promise<void> {
    const task = this.#tasks.get(plan.task);
    if (task === undefined) return;
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
    if (task === undefined) return report;
    const teller: Pick<Teller, 'log'> = {
      log: (level, message) => this.#onEvent({kind: 'log', task: report.task, level, message}),
    };
    const [hookNotes, pingFailures] = await Promise.all([
      runEndHooks(task.notify.hooks, report, {task, teller, signal: this.#signal}),
      this.#pings.ended(report),
    ]);
    for (const failure of pingFailures) teller.log('warning', failure.message);
    return withNotes(report, [...hookNotes, ...pingFailures.map(({message}) => message)]);
  }

  /** After the last task: what is told of the run as a whole. The reports, with notes of what could not be told. */
  async closed(reports: readonly TaskReport[]): Promise<readonly TaskReport[]> {
    const surroundings = {configFile: this.#configFile, signal: this.#signal};
    const unsent = await sendFailureMails([...this.#tasks.values()], reports, surroundings);
    for (const {failure} of unsent) {
      this.#onEvent({kind: 'log', task: undefined, level: 'warning', message: failureLines(failure)});
    }
    return reports.map((report) => {
      const concerned = report.state === 'failed' ? unsent.filter(({tasks}) => tasks.has(report.task)) : [];
      return withNotes(
        report,
        concerned.map(({failure}) => failure.message),
      );
    });
  }
}

function withNotes(report: TaskReport, notes: readonly string[]): TaskReport {
  return notes.length === 0 ? report : {...report, notes: [...report.notes, ...notes]};
}
