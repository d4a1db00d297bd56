import {plainLines, plainText} from '../../plain-text.js';
import type {OwnFile} from '../../tasks/schedule/own-file.js';
import type {ScheduleChange} from '../../tasks/schedule/schedule-change.js';
import {quoteWords} from '../../hosts/quote.js';

/** What is going to be done, before anything is: files with their text, and programs. */
export function formatScheduleChange({files, removals, before, after, whyNotRun, notes}: ScheduleChange): string {
  const isRun = whyNotRun === undefined;
  const parts = [
    ...(isRun ? before.map(runLine) : []),
    ...files.map(fileText),
    ...removals.map((path) => `remove ${plainText(path)}`),
    ...(isRun ? after.map(runLine) : []),
    ...notes,
  ];
  return `${parts.join('\n')}\n`;
}

/** What is left to do for a person, where programs of the scheduler were not run. */
export function formatLeftToDo({before, after, whyNotRun}: ScheduleChange): string {
  const commands = [...before, ...after];
  if (whyNotRun === undefined || commands.length === 0) return '';
  const lines = commands.map((words) => `  ${quoteWords(words)}`);
  return `${[`not run here, as ${whyNotRun}:`, ...lines].join('\n')}\n`;
}

function runLine(words: readonly string[]): string {
  return `run ${quoteWords(words)}`;
}

function fileText({path, text, change}: OwnFile): string {
  const name = plainText(path);
  if (change === 'none') return `keep ${name}, which is as it should be`;
  return `${change === 'new' ? 'write' : 'replace'} ${name}:\n    ${plainLines(text, '    ')}`;
}
