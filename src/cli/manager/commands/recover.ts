import {type Command, Option} from '@commander-js/extra-typings';
import {createLogPrinter} from '../../screen/log-printer.js';
import {formatJson} from '../../../json-text.js';
import {formatRecovery} from '../../text/recovery-text.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS, statusOfRecovery} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {configOption, jsonOption, logLevelOption, taskOption, tasksArgument} from '../options.js';
import {watchInterrupts} from '../watch-interrupts.js';

const EXAMPLES = [
  {line: 'bdsync-manager recover', does: 'finish what interrupted runs have begun to write'},
  {line: 'bdsync-manager recover --task home --rollback', does: 'put back what the target of one task had before'},
];

/** `bdsync-manager recover` */
export function addRecoverCommand(program: Command, context: CommandContext): void {
  program
    .command('recover')
    .summary('finish or undo what interrupted runs have begun to write')
    .description(
      'Finishes the patches that interrupted runs had begun to apply, without sending them again, or undoes them. ' +
        'The next run of a task finishes them as well, before it compares anew.',
    )
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption('only what runs of this task have begun; may be given several times', 'of all tasks'))
    .addOption(new Option('--rollback', 'put back what was there before, instead of finishing'))
    .addOption(jsonOption())
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      helpAfterOptions({examples: EXAMPLES, task: 'something could be neither finished nor undone'}),
    )
    .action(async (named, {config, task, rollback, json, logLevel}) => {
      const names = [...named, ...task];
      using interrupts = watchInterrupts(
        context,
        createLogPrinter(context.stderr, logLevel, () => {}),
      );
      const configuration = await context.tasks.loadConfiguration(config);
      const {signal} = interrupts;
      const report = await context.tasks.recoverTasks({configuration, names, rollback: rollback === true, signal});
      context.stdout.write(json ? formatJson(report) : formatRecovery(report));
      context.end(signal.aborted ? EXIT_STATUS.cancelled : statusOfRecovery(report));
    });
}
