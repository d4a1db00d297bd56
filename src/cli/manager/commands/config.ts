import type {Command} from '@commander-js/extra-typings';
import {TASK_KEYS} from '../../../tasks/config/task-keys.js';
import {formatJson} from '../../../json-text.js';
import {formatConfigTable} from '../../text/config-table.js';
import {formatKeyPage, formatKeyText} from '../../text/key-reference.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {configOption, jsonOption, logLevelOption, taskOption, tasksArgument} from '../options.js';

const SHOW_EXAMPLES = [
  {line: 'bdsync-manager config show', does: 'tell what /etc/bdsync-manager.conf comes to'},
  {line: 'bdsync-manager config show --task home --only-set', does: 'of one task, and only what a file sets'},
];
const KEY_EXAMPLES = [{line: 'bdsync-manager config keys', does: 'tell what can be set, and what holds otherwise'}];

/** `bdsync-manager config show` and `bdsync-manager config keys` */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const config = program
    .command('config')
    .summary('tell what a configuration comes to, and which keys there are')
    .description('Tells about configuration files.')
    .addHelpText('after', helpAfterOptions({examples: [...SHOW_EXAMPLES, ...KEY_EXAMPLES]}));
  config
    .command('show')
    .summary('tell the values of all keys, and where each comes from')
    .description(
      'Tells for each task the value of each key as it is used, and where it comes from: the line of a file, or the ' +
        'default. Values that are secret are not shown.',
    )
    .addArgument(tasksArgument('only these tasks; as --task'))
    .addOption(configOption())
    .addOption(taskOption('only this task; may be given several times', 'all tasks'))
    .option('--only-set', 'leave out what no file sets')
    .addOption(jsonOption())
    .addOption(logLevelOption())
    .addHelpText('after', helpAfterOptions({examples: SHOW_EXAMPLES}))
    .action(async (named, {config: file, task, onlySet = false, json}) => {
      const explained = await context.tasks.explainConfiguration(file, [...named, ...task]);
      context.stdout.write(json ? formatJson(explained) : formatConfigTable(explained, context.stdout, onlySet));
      context.end(
        explained.tasks.some(({state}) => state === 'invalid') ? EXIT_STATUS.configuration : EXIT_STATUS.success,
      );
    });
  config
    .command('keys')
    .summary('name the keys of a task')
    .description('Names all keys of a task, with their defaults.')
    .option('--markdown', 'as a page in Markdown')
    .addHelpText('after', helpAfterOptions({examples: KEY_EXAMPLES}))
    .action(({markdown}) => {
      context.stdout.write(markdown ? formatKeyPage(TASK_KEYS) : formatKeyText(TASK_KEYS));
      context.end(EXIT_STATUS.success);
    });
}
