import type {Command} from '@commander-js/extra-typings';
import type {CommandContext} from '../command-context.js';
import {helpAfterOptions} from '../help-text.js';
import {
  configOption,
  dryRunOption,
  jobsOption,
  jobsPerHostOption,
  jsonOption,
  logLevelOption,
  progressOption,
  taskOption,
  tasksArgument,
  waitOption,
} from '../options.js';
import {runAndReport} from '../run-and-report.js';

const EXAMPLES = [
  {line: 'bdsync-manager', does: 'run all enabled tasks of /etc/bdsync-manager.conf'},
  {line: 'bdsync-manager --task home --task mail --log-level info', does: 'run two tasks, and tell the figures'},
  {line: 'bdsync-manager --jobs 4 --jobs-per-host 2', does: 'run four at a time, and two of them to one host'},
  {line: 'bdsync-manager run --dry-run --config nightly.conf', does: 'show what a night would do'},
];

/** `bdsync-manager run`, which is also meant when no command is given. */
export function addRunCommand(program: Command, context: CommandContext): void {
  program
    .command('run')
    .summary('run the tasks of a configuration file (the default command)')
    .description(
      'Runs the enabled tasks of a configuration file, one after the other or several at once. A task that fails ' +
        'does not keep the others from running.',
    )
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption())
    .addOption(dryRunOption())
    .addOption(waitOption())
    .addOption(jobsOption())
    .addOption(jobsPerHostOption())
    .addOption(jsonOption())
    .addOption(progressOption())
    .addOption(logLevelOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'a task failed; the others ran'}))
    .action(async (named, {config, task, ...flags}) => {
      const names = [...named, ...task];
      const configuration = await context.tasks.loadConfiguration(config);
      const tasks = context.tasks.selectTasks(configuration, names);
      const {warnings, tasks: configured} = configuration;
      context.end(await runAndReport({tasks, configured, configFile: config, warnings}, flags, context));
    });
}
