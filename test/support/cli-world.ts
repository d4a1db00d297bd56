import {EventEmitter} from 'node:events';
import {main} from '#dist/cli/manager/main.js';
import type {Notify} from '#dist/cli/manager/service-manager.js';
import {TASKS_LAYER, type TasksLayer} from '#dist/cli/manager/tasks-layer.js';
import type {CheckReport} from '#dist/tasks/check/check-report.js';
import type {Configuration} from '#dist/tasks/config/configuration.js';
import type {RunOptions} from '#dist/tasks/run.js';
import type {RecoverRequest} from '#dist/tasks/recovery/recover-tasks.js';
import type {RecoveryReport} from '#dist/tasks/recovery/recovery-report.js';
import type {LogReport} from '#dist/tasks/log/log-report.js';
import type {LogRequest} from '#dist/tasks/log/report-log.js';
import type {StatusRequest} from '#dist/tasks/status/report-status.js';
import type {SnapshotsRequest} from '#dist/tasks/snapshots/report-snapshots.js';
import type {SnapshotReport} from '#dist/tasks/snapshots/snapshot-report.js';
import {runReport} from './report-data.js';
import {recordedScreen} from './recorded-screen.js';

export interface CliWorldOptions {
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly isJournal?: boolean;
  readonly configuration?: Configuration;
  /** Stands for the whole of a run; it may tell events. */
  readonly run?: TasksLayer['runTasks'];
  readonly checkReport?: CheckReport;
  readonly snapshotReport?: Partial<SnapshotReport>;
  readonly recoveryReport?: Partial<RecoveryReport>;
  readonly logReport?: Partial<LogReport>;
  /** What a person answers; nobody is there to be asked when undefined. */
  readonly answer?: string;
  /** One after the other; then the input is at its end. */
  readonly answers?: readonly string[];
  /** Stand for what else the tasks do. */
  readonly layer?: Partial<TasksLayer>;
  /** What is told to systemd. */
  readonly notify?: Notify;
  /** Stands for the whole of a look. */
  readonly status?: TasksLayer['reportStatus'];
  readonly load?: TasksLayer['loadConfiguration'];
}

/** What the command line asked of the tasks, and what a person saw. */
export interface CliOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly configFiles: readonly string[];
  readonly runs: readonly RunOptions[];
  readonly checkedNames: readonly (readonly string[])[];
  readonly selectedNames: readonly (readonly string[])[];
  readonly snapshotRequests: readonly SnapshotsRequest[];
  readonly recoverRequests: readonly RecoverRequest[];
  readonly logRequests: readonly LogRequest[];
  readonly statusRequests: readonly StatusRequest[];
  readonly questions: readonly string[];
}

export const NO_TASKS: Configuration = {file: 'nightly.conf', tasks: [], warnings: []};

/** Runs the command line with tasks that do nothing but what the options say; `signals` reach it while it runs. */
export async function runCli(
  words: readonly string[],
  options: CliWorldOptions = {},
  signals: EventEmitter = new EventEmitter(),
): Promise<CliOutcome> {
  const is = {isTerminal: options.isTerminal ?? false, ...(options.columns ? {columns: options.columns} : {})};
  const [stdout, stderr] = [recordedScreen(is), recordedScreen({...is, isJournal: options.isJournal ?? false})];
  const configuration = options.configuration ?? NO_TASKS;
  const asked = {
    configFiles: [] as string[],
    runs: [] as RunOptions[],
    checkedNames: [] as (readonly string[])[],
    selectedNames: [] as (readonly string[])[],
    snapshotRequests: [] as SnapshotsRequest[],
    recoverRequests: [] as RecoverRequest[],
    logRequests: [] as LogRequest[],
    statusRequests: [] as StatusRequest[],
    questions: [] as string[],
  };
  const tasks: TasksLayer = {
    // Files and programs of a scheduler are for real: tests give a folder of their own as the root.
    ...TASKS_LAYER,
    async loadConfiguration(file) {
      asked.configFiles.push(file);
      return options.load ? await options.load(file) : configuration;
    },
    async namesOfTasks() {
      return configuration.tasks.map(({name}) => name);
    },
    selectTasks(_configuration, names) {
      asked.selectedNames.push(names);
      return configuration.tasks.map((configured) => ({configured, byName: names.length > 0}));
    },
    async explainConfiguration(file) {
      return {file, included: [], tasks: []};
    },
    async expandTasks({tasks: selected}) {
      return selected.flatMap(({configured, byName}) =>
        configured.state === 'set'
          ? []
          : [{task: configured, byName, section: undefined, snapshotTogether: false, leftOut: []}],
      );
    },
    async unfinishedOfTasks() {
      return new Map();
    },
    async runTasks(run) {
      asked.runs.push(run);
      return options.run ? await options.run(run) : runReport([]);
    },
    async checkTasks({names}) {
      asked.checkedNames.push(names);
      return options.checkReport ?? {configFile: configuration.file, warnings: [], tasks: []};
    },
    async recoverTasks(request) {
      asked.recoverRequests.push(request);
      const empty = {
        configFile: configuration.file,
        rollback: request.rollback,
        applications: [],
        removed: [],
        warnings: [],
      };
      return {...empty, ...options.recoveryReport};
    },
    async reportLog(request) {
      asked.logRequests.push(request);
      const empty = {configFile: request.configuration?.file, runs: [], olderRuns: 0, strangeLines: 0, remarks: []};
      return {...empty, ...options.logReport};
    },
    async reportStatus(request) {
      asked.statusRequests.push(request);
      if (options.status) return await options.status(request);
      const nothing = {tasks: [], goneTasks: [], remarks: [], schedules: []};
      return {configFile: configuration.file, at: '2026-11-21T10:00:00.000Z', level: 'ok', ...nothing};
    },
    async reportSnapshots(request) {
      asked.snapshotRequests.push(request);
      const empty = {configFile: configuration.file, clean: request.clean, missingProgram: undefined, snapshots: []};
      return {...empty, ...options.snapshotReport};
    },
    ...options.layer,
  };
  const answers = options.answers ?? (options.answer === undefined ? [] : [options.answer]);
  const status = await main(words, {
    stdout,
    stderr,
    prompt: {
      isTerminal: answers.length > 0,
      ask: async (question) => answers[asked.questions.push(question) - 1] ?? '',
    },
    signals,
    serviceManager: options.notify && {notify: options.notify, watchdogMs: undefined},
    tasks,
    endAtOnce: () => {
      throw new Error('ended at once');
    },
  });
  return {status, stdout: stdout.text(), stderr: stderr.text(), ...asked};
}
