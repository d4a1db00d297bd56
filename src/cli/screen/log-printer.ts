import {LOG_LEVELS, type LogLevel} from '../../log.js';
import {plainLines, plainText} from '../../plain-text.js';
import {withPriority} from './journal.js';
import type {Screen} from './screen.js';

/** `[Task home] INFO: text`; lines after the first are indented. */
export function formatLogLine(level: LogLevel, task: string | undefined, message: string): string {
  const prefix = task === undefined ? '' : `[Task ${plainText(task)}] `;
  return `${prefix}${level.toUpperCase()}: ${plainLines(message, '    ')}\n`;
}

export type PrintLog = (level: LogLevel, task: string | undefined, message: string) => void;

/** Prints what is at least as grave as `threshold` on standard error; `beforeLine` clears what stands there. */
export function createLogPrinter(screen: Screen, threshold: LogLevel, beforeLine: () => void): PrintLog {
  return (level, task, message) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(threshold)) return;
    beforeLine();
    const line = formatLogLine(level, task, message);
    screen.write(screen.isJournal ? withPriority(level, line) : line);
  };
}
