import type {ScheduleChange} from '../../tasks/schedule/schedule-change.js';
import {formatLeftToDo, formatScheduleChange} from '../text/schedule-text.js';
import type {CommandContext} from './command-context.js';
import {EXIT_STATUS, type ExitStatus} from './exit-status.js';
import {UsageError} from './usage-error.js';

/** Shows what is going to be done about a schedule, asks, and does it. */
export async function changeSchedule(
  change: ScheduleChange,
  {yes}: {readonly yes: boolean},
  {stdout, prompt, tasks}: CommandContext,
): Promise<ExitStatus> {
  const {files, removals, before, after} = change;
  if ([files, removals, before, after].every((steps) => steps.length === 0)) {
    stdout.write('nothing is installed\n');
    return EXIT_STATUS.success;
  }
  stdout.write(formatScheduleChange(change));
  await stdout.settled();
  if (!yes) {
    if (!prompt.isTerminal) {
      throw new UsageError('nothing was done: there is no terminal to ask on', 'say --yes, and it is done unasked');
    }
    const answer = await prompt.ask('Do that? [y/N] ');
    if (!/^\s*y(es)?\s*$/i.test(answer)) {
      stdout.write('nothing was done\n');
      return EXIT_STATUS.cancelled;
    }
  }
  await tasks.applySchedule(change);
  stdout.write(`done\n${formatLeftToDo(change)}`);
  return EXIT_STATUS.success;
}
