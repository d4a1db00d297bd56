import type {LogLevel} from '../../log.js';
import type {RunReport} from '../../tasks/report.js';
import {isParallel} from '../../tasks/parallel/is-parallel.js';
import type {RunOptions} from '../../tasks/run.js';
import type {Configuration} from '../../tasks/config/configuration.js';
import type {SelectedTask} from '../../tasks/select.js';
import type {CommandContext} from './command-context.js';
import {EXIT_STATUS, type ExitStatus, statusOfRun} from './exit-status.js';
import {formatJson} from '../../json-text.js';
import type {PrintLog} from '../screen/log-printer.js';
import {formatPlans} from '../text/plan-text.js';
import {formatReportTable} from '../text/report-table.js';
import {formatVerifyTable} from '../text/verify-table.js';
import {createRunView} from '../screen/run-view.js';
import {type JobFlags, parallelLimits} from './parallel-limits.js';
import {ServiceManager} from './service-manager.js';
import {watchInterrupts} from './watch-interrupts.js';

/** What `run` and `sync` have in common on the command line. */
export interface RunFlags extends JobFlags {
  readonly dryRun?: true | undefined;
  readonly wait?: true | undefined;
  readonly json?: true | undefined;
  readonly progress?: true | undefined;
  readonly logLevel: LogLevel;
}

export interface RunSubject {
  readonly tasks: readonly SelectedTask[];
  /** All tasks of the configuration, whichever are run. */
  readonly configured?: Configuration['tasks'];
  /** Undefined for a task of the command line. */
  readonly configFile: string | undefined;
  /** Says a remedy in the words of what the user wrote, for whom keys of a file would be none. */
  readonly rephraseHint?: (hint: string) => string;
  /** About the configuration as a whole. */
  readonly warnings?: Configuration['warnings'];
  /** Compare only. */
  readonly verify?: RunOptions['verify'];
}

/** Runs tasks under the eyes of a person, or of cron, and prints the result. */
export async function runAndReport(what: RunSubject, flags: RunFlags, context: CommandContext): Promise<ExitStatus> {
  const limits = parallelLimits(flags);
  const isSideBySide = isParallel(limits);
  const view = createRunView({
    screen: context.stderr,
    logLevel: flags.logLevel,
    progress: flags.progress === true,
    isParallel: isSideBySide,
    rephraseHint: what.rephraseHint,
  });
  using interrupts = watchInterrupts(context, view.print);
  await using serviceManager = context.serviceManager && new ServiceManager(context.serviceManager, isSideBySide);
  interrupts.signal.addEventListener('abort', () => serviceManager?.stopping());
  warnOfMistakes(what, view.print);
  const report = await context.tasks.runTasks({
    tasks: what.tasks,
    configured: what.configured ?? [],
    configFile: what.configFile,
    dryRun: flags.dryRun === true,
    verify: what.verify,
    waitForLock: flags.wait === true,
    limits,
    onEvent: (event) => {
      view.onEvent(event);
      serviceManager?.onEvent(event);
    },
    signal: interrupts.signal,
  });
  view.close();
  if (!interrupts.signal.aborted && isIdle(report, what))
    view.print('warning', undefined, `no enabled task in ${what.configFile}`);
  context.stdout.write(flags.json === true ? formatJson(report) : resultText(report, what, context));
  return interrupts.signal.aborted ? EXIT_STATUS.cancelled : statusOfRun(report);
}

/** Of all that `check` finds strange, a run tells only what most probably is a mistake: cron sends a mail for it. */
function warnOfMistakes(what: RunSubject, print: PrintLog): void {
  const all = [
    ...(what.warnings ?? []).map((warning) => ({task: undefined, ...warning})),
    ...what.tasks.flatMap(({configured}) =>
      configured.warnings.map((warning) => ({task: configured.name, ...warning})),
    ),
  ];
  for (const {task, message, hint, likelyMistake} of all) {
    if (likelyMistake) print('warning', task, hint === undefined ? message : `${message}\nhint: ${hint}`);
  }
}

/** Nothing was asked for by name, and nothing was there to be done. */
function isIdle({tasks}: RunReport, what: RunSubject): boolean {
  return tasks.every(({state}) => state === 'skipped') && what.tasks.every(({byName}) => !byName);
}

/** The plan is what was asked for; the table is for people, since a log tells the same in lines. */
function resultText(report: RunReport, {verify}: RunSubject, {stdout}: CommandContext): string {
  if (verify) return stdout.isTerminal ? formatVerifyTable(report, stdout) : '';
  const plans = formatPlans(report);
  const table = stdout.isTerminal ? formatReportTable(report, stdout) : '';
  return [plans, table].filter((text) => text !== '').join('\n');
}
