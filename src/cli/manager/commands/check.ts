import type {Command} from '@commander-js/extra-typings';
import {formatCheck} from '../../text/check-text.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS, statusOfCheck} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {formatJson} from '../../../json-text.js';
import {createLogPrinter} from '../../screen/log-printer.js';
import {configOption, jsonOption, logLevelOption, taskOption, tasksArgument} from '../options.js';
import {watchInterrupts} from '../watch-interrupts.js';

const EXAMPLES = [
  {line: 'bdsync-manager check', does: 'check all tasks of /etc/bdsync-manager.conf'},
  {line: 'bdsync-manager check --task home --config nightly.conf', does: 'check one task of another file'},
];

/** `bdsync-manager check` */
export function addCheckCommand(program: Command, context: CommandContext): void {
  program
    .command('check')
    .summary('check a configuration file and what its tasks need')
    .description(
      'Reads a configuration file and tells for each task what is wrong with it, and what of its source, its target ' +
        'and the programs at both ends is missing. Writes nothing.',
    )
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption())
    .addOption(jsonOption())
    .addOption(logLevelOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'an enabled task has an unmet need'}))
    .action(async (named, {config, task, json, logLevel}) => {
      const names = [...named, ...task];
      using interrupts = watchInterrupts(
        context,
        createLogPrinter(context.stderr, logLevel, () => {}),
      );
      const configuration = await context.tasks.loadConfiguration(config);
      const report = await context.tasks.checkTasks({configuration, names, signal: interrupts.signal});
      context.stdout.write(json ? formatJson(report) : formatCheck(report, context.stdout));
      context.end(interrupts.signal.aborted ? EXIT_STATUS.cancelled : statusOfCheck(report));
    });
}
