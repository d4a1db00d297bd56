import {type Command, Option} from '@commander-js/extra-typings';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS, statusOfSnapshots} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {formatJson} from '../../../json-text.js';
import {formatSnapshots} from '../../text/snapshot-table.js';
import {createLogPrinter} from '../../screen/log-printer.js';
import {configOption, jsonOption, logLevelOption, taskOption, tasksArgument} from '../options.js';
import {watchInterrupts} from '../watch-interrupts.js';

const EXAMPLES = [
  {line: 'bdsync-manager snapshots', does: 'list the snapshots that runs have made and not removed'},
  {line: 'bdsync-manager snapshots --clean', does: 'remove what runs that were killed have left'},
];

/** `bdsync-manager snapshots` */
export function addSnapshotsCommand(program: Command, context: CommandContext): void {
  program
    .command('snapshots')
    .summary('list the snapshots of bdsync-manager, and remove what was left over')
    .description(
      'Lists the LVM snapshots on this machine that runs of bdsync-manager have made, with their age, how full they ' +
        'are, and whether a run uses them or a killed one left them over.',
    )
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption('only what runs of this task have made; may be given several times', 'of all tasks'))
    .addOption(
      new Option(
        '--clean',
        'remove what is left over and still is what was recorded, as the next run of its task would',
      ),
    )
    .addOption(jsonOption())
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      helpAfterOptions({examples: EXAMPLES, task: 'something is doubtful, or could not be removed'}),
    )
    .action(async (named, {config, task, clean, json, logLevel}) => {
      const names = [...named, ...task];
      using interrupts = watchInterrupts(
        context,
        createLogPrinter(context.stderr, logLevel, () => {}),
      );
      const configuration = await context.tasks.loadConfiguration(config);
      const {signal} = interrupts;
      const report = await context.tasks.reportSnapshots({configuration, names, clean: clean === true, signal});
      context.stdout.write(json ? formatJson(report) : formatSnapshots(report, context.stdout));
      context.end(signal.aborted ? EXIT_STATUS.cancelled : statusOfSnapshots(report));
    });
}
