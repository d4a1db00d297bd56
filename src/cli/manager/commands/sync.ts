import {type Command, Option} from '@commander-js/extra-typings';
import {taskConfigFrom} from '../../../tasks/config/configuration.js';
import {TASK_KEYS, type TaskKey} from '../../../tasks/config/task-keys.js';
import type {CommandContext} from '../command-context.js';
import {helpAfterOptions} from '../help-text.js';
import {dryRunOption, jsonOption, logLevelOption, progressOption, waitOption} from '../options.js';
import {nameOptions} from '../sync/option-hints.js';
import {runAndReport} from '../run-and-report.js';
import {optionName} from '../sync/sync-option-name.js';
import {syncTaskName, syncTaskValues} from '../sync/sync-task-values.js';

const EXAMPLES = [
  {line: 'bdsync-manager sync disk.img /srv/copies/disk.img', does: 'copy what differs between two files'},
  {
    line: 'bdsync-manager sync --create-target-if-missing /dev/vg0/home backup@store:home.img',
    does: 'copy a volume to an image behind ssh',
  },
  {
    line: "bdsync-manager sync --connection-command 'ssh -p 2200 backup@store' /dev/vg0/home home.img",
    does: 'the same through a connection of your own',
  },
];

/** Given as SOURCE and TARGET, or meaningless for a single run. */
/** Arguments, and what means nothing for a single task of one volume. */
const KEYS_WITHOUT_OPTION = new Set([
  'source_path',
  'source_include',
  'source_exclude',
  'target_path',
  'lvm_snapshot_together',
  'disabled',
  'warn_after',
  'crit_after',
  'metrics_file',
]);

/** `bdsync-manager sync SOURCE TARGET` */
export function addSyncCommand(program: Command, context: CommandContext): void {
  const keys = TASK_KEYS.filter(({name}) => !KEYS_WITHOUT_OPTION.has(name));
  const command = program
    .command('sync')
    .summary('bring one target in step with its source, without a configuration file')
    .description('Brings TARGET in step with SOURCE, in place unless --target-patch-dir is given.')
    .argument('<source>', 'a block device or an image file on this machine')
    .argument('<target>', 'a path on this machine (./a:b for one with a colon), or [user@]host:path, through ssh')
    .addOption(dryRunOption())
    .addOption(waitOption())
    .addOption(jsonOption())
    .addOption(progressOption())
    .addOption(logLevelOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'the target could not be brought in step'}))
    .action(async (source, target, flags) => {
      const values = syncTaskValues(source, target, givenKeys(command.opts(), keys));
      const name = syncTaskName(source, target);
      const config = taskConfigFrom(name, values, optionName);
      const tasks = [{configured: {name, line: 0, state: 'valid' as const, config, warnings: []}, byName: true}];
      context.end(await runAndReport({tasks, configFile: undefined, rephraseHint: nameOptions}, flags, context));
    });
  for (const key of keys) command.addOption(keyOption(key));
}

function keyOption({name, kind, placeholder, doc, defaultText, group}: TaskKey): Option {
  const flags = kind === 'flag' ? optionName(name) : `${optionName(name)} <${placeholder}>`;
  const hasDefault = kind === 'value' && defaultText !== 'none';
  return new Option(flags, hasDefault ? `${doc} (default: ${defaultText})` : doc).helpGroup(`Options, ${group}:`);
}

/** The keys that were given as options, as a configuration file would hold them. */
function givenKeys(given: Readonly<Record<string, unknown>>, keys: readonly TaskKey[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const key of keys) {
    const value = given[new Option(optionName(key.name)).attributeName()];
    if (value === true) values[key.name] = 'yes';
    if (typeof value === 'string') values[key.name] = value;
  }
  return values;
}
