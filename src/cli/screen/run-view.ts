import type {LogLevel} from '../../log.js';
import type {RunEvent} from '../../tasks/events.js';
import type {TaskReport} from '../../tasks/report.js';
import {formatFailure} from '../../tasks/failure-text.js';
import {figureLines} from '../text/figure-lines.js';
import {type PrintLog, createLogPrinter} from './log-printer.js';
import {holdableScreen} from './holdable-screen.js';
import {createProgressBlock} from './progress-block.js';
import {createProgressDisplay} from './progress-display.js';
import type {Screen} from './screen.js';

export interface RunViewOptions {
  readonly screen: Screen;
  readonly logLevel: LogLevel;
  readonly progress: boolean;
  /** Several tasks are run at once. */
  readonly isParallel?: boolean;
  readonly rephraseHint?: ((hint: string) => string) | undefined;
  readonly now?: () => number;
}

/** What a person follows on standard error while tasks run. */
export interface RunView {
  readonly print: PrintLog;
  onEvent(event: RunEvent): void;
  close(): void;
}

export function createRunView(options: RunViewOptions): RunView {
  const {logLevel, progress, isParallel = false, rephraseHint, now} = options;
  const screen = holdableScreen(options.screen);
  const isBlock = isParallel && screen.canRedraw;
  const display = isBlock ? createProgressBlock(screen, now) : createProgressDisplay(screen, progress, now);
  const print = createLogPrinter(screen, logLevel, () => display.clear());
  return {
    print,
    onEvent(event) {
      switch (event.kind) {
        case 'task-started':
          display.begin(event.task, event.total);
          print('debug', event.task, `task ${event.index + 1} of ${event.total}`);
          break;
        case 'stage':
          display.enter(event.task, event.stage);
          print('debug', event.task, `stage: ${event.stage}`);
          break;
        case 'progress':
          display.update(event.task, event.progress);
          break;
        case 'log':
          print(event.level, event.task, event.message);
          break;
        case 'quiet':
          if (event.isQuiet) screen.hold();
          else screen.release();
          break;
        case 'task-ended':
          display.end(event.report.task);
          printReport(event.report, print, rephraseHint);
          break;
        default:
          event satisfies never;
      }
    },
    close() {
      screen.release();
      display.clear();
    },
  };
}

function printReport(report: TaskReport, print: PrintLog, rephraseHint?: (hint: string) => string): void {
  const tell = (level: LogLevel, message: string): void => print(level, report.task, message);
  if (report.state === 'failed') tell('error', formatFailure(report.failure, rephraseHint));
  if (report.state === 'skipped') tell('debug', `skipped: ${report.reason}`);
  if (report.state === 'synced') for (const line of figureLines(report.figures)) tell('info', line);
  for (const note of report.notes) tell('info', note);
}
