import {randomInt} from 'node:crypto';
import type {Command} from '@commander-js/extra-typings';
import type {CommandContext} from '../command-context.js';
import {helpAfterOptions} from '../help-text.js';
import {
  configOption,
  jobsOption,
  jobsPerHostOption,
  jsonOption,
  logLevelOption,
  progressOption,
  sampleOption,
  seedOption,
  taskOption,
  tasksArgument,
  waitOption,
} from '../options.js';
import {runAndReport} from '../run-and-report.js';
import {UsageError} from '../usage-error.js';

const EXAMPLES = [
  {line: 'bdsync-manager verify', does: 'compare all targets with their sources'},
  {line: 'bdsync-manager verify --task home --sample 5%', does: 'compare a twentieth of one, at random places'},
];

const MAX_SEED = 2 ** 32;

/** `bdsync-manager verify`. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .summary('compare targets with their sources, and write nothing')
    .description(
      'Compares the target of each enabled task with its source, by SHA-256 digests of all blocks, and tells where ' +
        'they differ. A task that reads from a snapshot has one taken for this. Nothing is written to the target.',
    )
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption())
    .addOption(sampleOption())
    .addOption(seedOption())
    .addOption(waitOption())
    .addOption(jobsOption())
    .addOption(jobsPerHostOption())
    .addOption(jsonOption())
    .addOption(progressOption())
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      helpAfterOptions({examples: EXAMPLES, task: 'a target differs, or could not be compared; the others were'}),
    )
    .action(async (named, {config, task, sample: percent, seed, ...flags}) => {
      if (seed !== undefined && percent === undefined) {
        throw new UsageError('--seed means something only together with --sample', 'add --sample 5%, say');
      }
      const names = [...named, ...task];
      const configuration = await context.tasks.loadConfiguration(config);
      const tasks = context.tasks.selectTasks(configuration, names);
      const isWhole = percent === undefined || percent === 100;
      const verify = {sample: isWhole ? undefined : {percent, seed: seed ?? randomInt(MAX_SEED)}};
      const {warnings, tasks: configured} = configuration;
      const subject = {tasks, configured, configFile: config, warnings, verify};
      context.end(await runAndReport(subject, flags, context));
    });
}
