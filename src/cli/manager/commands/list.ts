import type {Command} from '@commander-js/extra-typings';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {formatJson} from '../../../json-text.js';
import {formatListTable} from '../../text/list-table.js';
import {configOption, jsonOption, logLevelOption} from '../options.js';
import {listTasks} from '../../text/task-list.js';

const EXAMPLES = [
  {line: 'bdsync-manager list', does: 'name the tasks of /etc/bdsync-manager.conf'},
  {line: 'bdsync-manager list --config nightly.conf --json', does: 'the same for programs'},
];

/** `bdsync-manager list` */
export function addListCommand(program: Command, context: CommandContext): void {
  program
    .command('list')
    .summary('name the tasks of a configuration file')
    .description(
      'Names the tasks of a configuration file in their order, with source and target, and tells what interrupted runs ' +
        'have left incomplete, as far as that is noted here. Touches none of them. LVM is asked for the volumes of a pattern.',
    )
    .addOption(configOption())
    .addOption(jsonOption())
    .addOption(logLevelOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES}))
    .action(async ({config, json}) => {
      const configuration = await context.tasks.loadConfiguration(config);
      const selected = context.tasks.selectTasks(configuration, []);
      const {signal} = new AbortController();
      const tasks = await context.tasks.expandTasks({tasks: selected, signal});
      const unfinished = await context.tasks.unfinishedOfTasks({
        configFile: configuration.file,
        configured: configuration.tasks,
        tasks,
      });
      const list = listTasks(configuration.file, tasks, unfinished);
      context.stdout.write(json ? formatJson(list) : formatListTable(list, context.stdout));
      context.end(EXIT_STATUS.success);
    });
}
