import {ExpectedError, messageOf} from '../../errors.js';
import {packageVersion} from '../../version.js';
import type {ConfiguredTask} from '../config/configuration.js';
import type {OnRunEvent} from '../events.js';
import {HistoryCache} from '../history/history-cache.js';
import {serviceHint} from '../service-hint.js';
import type {TaskReport} from '../report.js';
import {expandTasks} from '../sets/expand-tasks.js';
import type {ExpandedTask} from '../sets/expanded-task.js';
import {judgeTask} from '../status/judge-task.js';
import {lookAtTask} from '../status/look-at-task.js';
import {formatMetrics} from './metrics-text.js';
import {otherSamples, type SampleLines} from './other-samples.js';
import {replaceMetricsFile} from './replace-metrics-file.js';

interface MetricsOptions {
  /** All that the configuration has: a file tells of all tasks that name it, whichever of them are run. */
  readonly configured: readonly ConfiguredTask[];
  readonly origin: string;
  readonly onEvent?: OnRunEvent;
}

/** LVM is asked for the volumes of sections, and a run is not to wait for that for ever. */
const LONGEST_LOOK_MS = 60_000;

/** Writes figures for Prometheus. That they cannot be written fails no run. */
export class MetricsWriter {
  readonly #options: MetricsOptions;
  readonly #replaceFile: typeof replaceMetricsFile;
  readonly #cache = new HistoryCache();
  #earlier: Promise<unknown> = Promise.resolve();
  #expanded: Promise<readonly ExpandedTask[]> | undefined;

  constructor(options: MetricsOptions, replaceFile = replaceMetricsFile) {
    this.#options = options;
    this.#replaceFile = replaceFile;
  }

  /** After the run of a task: the report, with a note where the figures could not be written. */
  async ended(report: TaskReport): Promise<TaskReport> {
    const trouble = await this.write();
    if (trouble === undefined) return report;
    this.#options.onEvent?.({kind: 'log', task: report.task, level: 'warning', message: trouble});
    return {...report, notes: [...report.notes, trouble]};
  }

  /** Writes all files anew; what went wrong if something did. One at a time: what was looked at last is what stays. */
  async write(): Promise<string | undefined> {
    const written = this.#earlier.then(() => this.#writeAll());
    this.#earlier = written.catch(() => undefined);
    return await written;
  }

  async #writeAll(): Promise<string | undefined> {
    const {configured, origin} = this.#options;
    if (configured.every((task) => metricsFileOf(task) === undefined)) return undefined;
    try {
      for (const [path, tasks] of byFile(await this.#tasks())) {
        // Under the lock, so that another run that looks later also writes later.
        await this.#replaceFile(
          path,
          async (before) => await this.#figuresOf(tasks, await otherSamples(before, origin)),
        );
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      const hint = serviceHint(error, {isTargetHere: false});
      return hint === undefined ? messageOf(error) : `${messageOf(error)}; ${hint}`;
    }
  }

  async #figuresOf(tasks: readonly ExpandedTask[], others: SampleLines): Promise<string> {
    const {origin} = this.#options;
    const known = [];
    for (const task of tasks) known.push(await lookAtTask(task, origin, {histories: this.#cache}));
    const nowMs = Date.now();
    return formatMetrics({tasks: known.map((each) => judgeTask(each, nowMs))}, origin, packageVersion(), others);
  }

  #tasks(): Promise<readonly ExpandedTask[]> {
    const tasks = this.#options.configured.map((configured) => ({configured, byName: false}));
    this.#expanded ??= expandTasks({tasks, signal: AbortSignal.timeout(LONGEST_LOOK_MS)});
    return this.#expanded;
  }
}

function byFile(tasks: readonly ExpandedTask[]): Map<string, ExpandedTask[]> {
  const files = new Map<string, ExpandedTask[]>();
  for (const expanded of tasks) {
    const path = metricsFileOf(expanded.task);
    if (path !== undefined) files.set(path, [...(files.get(path) ?? []), expanded]);
  }
  return files;
}

function metricsFileOf(task: ConfiguredTask | ExpandedTask['task']): string | undefined {
  return task.state === 'valid' || task.state === 'set' ? task.config.metricsFile : task.metricsFile;
}
