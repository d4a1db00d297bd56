import {type Command, InvalidArgumentError, Option} from '@commander-js/extra-typings';
import {formatJson} from '../../../json-text.js';
import {parseDuration} from '../../../units.js';
import {createLogPrinter} from '../../screen/log-printer.js';
import {formatNagiosLine, formatNagiosUnknown} from '../../text/nagios-line.js';
import {formatStatus} from '../../text/status-table.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS, nagiosStatusOf, statusOfStatus} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {configOption, jsonOption, logLevelOption, taskOption, tasksArgument} from '../options.js';
import {UsageError} from '../usage-error.js';
import {watchInterrupts} from '../watch-interrupts.js';
import {watchStatus} from '../watch-status.js';

const EXAMPLES = [
  {line: 'bdsync-manager status', does: 'tell how the tasks of /etc/bdsync-manager.conf are'},
  {line: 'bdsync-manager status --watch --interval 10', does: 'show that anew every ten seconds'},
  {line: 'bdsync-manager status --nagios', does: 'the same for a monitoring system'},
];

const DEFAULT_INTERVAL_MS = 5000;
const MAX_INTERVAL_MS = 86_400_000;

/** `bdsync-manager status [TASK...]` */
export function addStatusCommand(program: Command, context: CommandContext): void {
  program
    .command('status')
    .summary('tell when each task last succeeded, and what needs attention')
    .description(
      'Tells of each task when it last succeeded, how its last run ended, and what is overdue, incomplete or left ' +
        'over. Asks no other machine.',
    )
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption('only this task; may be given several times', 'all tasks'))
    .addOption(new Option('--nagios', 'print one line for Nagios and its kin, and end with 0, 1, 2 or 3 as they want'))
    .addOption(new Option('--watch', 'show it anew again and again, until Ctrl-C').conflicts(['nagios', 'json']))
    .addOption(
      new Option('--interval <time>', 'with --watch: how often, in seconds or with m or h behind it')
        .argParser(parseInterval)
        .default(DEFAULT_INTERVAL_MS, '5'),
    )
    .addOption(jsonOption().conflicts('nagios'))
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      helpAfterOptions({examples: EXAMPLES, task: 'something needs attention; with --nagios: it cannot be told'}),
    )
    .action(async (named, {config, task, nagios, watch, interval, json, logLevel}) => {
      const names = [...named, ...task];
      const look = async (signal: AbortSignal) => {
        const configuration = await context.tasks.loadConfiguration(config);
        return await context.tasks.reportStatus({configuration, names, signal});
      };
      if (nagios) return await forNagios(look, context);
      if (watch) {
        if (!context.stdout.canRedraw) throw new UsageError('--watch needs a terminal', 'leave it out, or use --json');
        const ending = await watchStatus({
          screen: context.stdout,
          signals: context.signals,
          intervalMs: interval,
          look,
        });
        return context.end(ending === 'SIGINT' ? EXIT_STATUS.success : EXIT_STATUS.cancelled);
      }
      using interrupts = watchInterrupts(
        context,
        createLogPrinter(context.stderr, logLevel, () => {}),
      );
      const report = await look(interrupts.signal);
      context.stdout.write(json ? formatJson(report) : formatStatus(report, context.stdout));
      return context.end(interrupts.signal.aborted ? EXIT_STATUS.cancelled : statusOfStatus(report));
    });
}

/** A monitoring system reads standard output only, and knows four statuses. */
async function forNagios(
  look: (signal: AbortSignal) => ReturnType<CommandContext['tasks']['reportStatus']>,
  {stdout, end}: CommandContext,
): Promise<void> {
  try {
    const report = await look(new AbortController().signal);
    stdout.write(formatNagiosLine(report));
    end(nagiosStatusOf(report.level));
  } catch (error) {
    stdout.write(formatNagiosUnknown(error));
    end(nagiosStatusOf('unknown'));
  }
}

function parseInterval(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= MAX_INTERVAL_MS) return milliseconds;
  throw new InvalidArgumentError('It is a time of at least a second and at most a day, such as 10 or 5m.');
}
