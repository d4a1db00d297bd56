import {type Command, Option} from '@commander-js/extra-typings';
import type {CheckReport} from '../../../tasks/check/check-report.js';
import {HostPool} from '../../../tasks/ends/host-pool.js';
import {addSection, type PlannedConfig} from '../../../tasks/init/add-section.js';
import type {ConfigDraft} from '../../../tasks/init/config-draft.js';
import {requireNewName} from '../../../tasks/init/draft-names.js';
import {requireOwnTarget} from '../../../tasks/init/require-own-target.js';
import {keysOfAnswers} from '../../../tasks/init/task-answers.js';
import {formatCheck} from '../../text/check-text.js';
import {formatNextCommands, formatPlannedConfig} from '../../text/init-text.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS, statusOfCheck} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {dialogueOn} from '../init/dialogue.js';
import {gatherAnswers, type GatheredTask} from '../init/gather-answers.js';
import type {InitFlags} from '../init/init-flags.js';
import {interruptible} from '../init/interruptible.js';
import {configOption, DEFAULT_CONFIG_FILE, yesOption} from '../options.js';
import {UsageError} from '../usage-error.js';

const EXAMPLES = [
  {line: 'bdsync-manager init', does: 'ask what is to be copied, and where to'},
  {
    line: 'bdsync-manager init --source /dev/vg0/home --target backup@store:home.img --create-target-if-missing --yes',
    does: 'the same, without a question',
  },
];

/** `bdsync-manager init` */
export function addInitCommand(program: Command, context: CommandContext): void {
  program
    .command('init')
    .summary('set up a task, by questions or by options')
    .description(
      'Adds a task to a configuration file, which is made if it is missing. Asks for what no option says and offers what ' +
        'it finds, tries the way to the target, checks the task, shows what it is going to write, and asks.',
    )
    .addOption(configOption())
    .option('--source <path>', 'what is copied: a block device or an image file on this machine')
    .option('--target <target>', 'where to: a path on this machine, or [user@]host:path, through ssh')
    .option('--task <name>', 'the name of the task (default: as the source is called)')
    .option('--connection-command <command>', 'instead of a host in the target: what starts commands there')
    .addOption(
      new Option(
        '--snapshot <size>',
        'of a logical volume: the room of the snapshot that is read, or none (default: 10%ORIGIN)',
      ),
    )
    .addOption(
      new Option(
        '--target-patch-dir <folder>',
        "where patches are stored on the target's host (default: none, but writing in place)",
      ),
    )
    .option('--create-target-if-missing', 'let the first run create the target')
    .option('--grow-target', 'let the target grow with its source')
    .option('--bdsync-args <options>', 'options of bdsync, such as --diffsize=minsize')
    .addOption(yesOption())
    .addHelpText(
      'after',
      helpAfterOptions({examples: EXAMPLES, task: 'the task lacks something, or could not be written'}),
    )
    .action(async (flags) => {
      requireOptions(flags, context);
      const draft = await context.tasks.openConfigDraft(flags.config);
      if (flags.task !== undefined) requireNewName(draft, flags.task);
      const pool = new HostPool();
      const dialogue = isAsked(flags, context) ? dialogueOn(context) : undefined;
      const gathered = await gatherAnswers({flags, draft, pool, context, dialogue});
      const planned = addTask(draft, gathered);
      const report = await checkPlanned(planned, gathered, pool, context);
      context.stdout.write(formatPlannedConfig(planned) + formatCheck(report, context.stdout));
      await context.stdout.settled();
      if (dialogue && !(await dialogue.askYesNo('\nWrite that?', false))) dialogue.end();
      await context.tasks.writeConfig(planned);
      const status = statusOfCheck(report);
      const written = {
        name: gathered.answers.name,
        configFile: flags.config === DEFAULT_CONFIG_FILE ? undefined : flags.config,
        isReady: status === EXIT_STATUS.success,
      };
      context.stdout.write(`written\n${formatNextCommands(written)}`);
      context.end(status);
    });
}

function isAsked({yes}: InitFlags, {prompt}: CommandContext): boolean {
  return prompt.isTerminal && yes !== true;
}

/** Before anything is looked at, which may take minutes. */
function requireOptions(flags: InitFlags, context: CommandContext): void {
  if (isAsked(flags, context)) return;
  const missing = (['source', 'target', 'yes'] as const).filter((name) => flags[name] === undefined);
  if (missing.length === 0) return;
  const why = flags.yes ? 'with --yes nothing is asked' : 'there is no terminal to ask on';
  const names = LIST.format(missing.map((name) => `--${name}`));
  throw new UsageError(`${names} must be given: ${why}`, "see 'bdsync-manager init --help'");
}

const LIST = new Intl.ListFormat('en-GB');

/** What is inherited may be faulty: such a task is not written. */
function addTask(draft: ConfigDraft, {answers}: GatheredTask): PlannedConfig {
  const planned = addSection(draft, answers.name, keysOfAnswers(answers));
  const task = planned.configuration.tasks.find(({name}) => name === answers.name);
  if (task?.state === 'invalid') throw task.errors[0] ?? new UsageError(`the task ${answers.name} is faulty`);
  requireOwnTarget(planned.configuration, answers.name);
  return planned;
}

/** As `check` has it, with what was seen before. A host that was silent is not waited for once more. */
async function checkPlanned(
  {configuration}: PlannedConfig,
  {answers: {name}, look, notes}: GatheredTask,
  pool: HostPool,
  context: CommandContext,
): Promise<CheckReport> {
  if (look.reach === 'silent') {
    const found = {configErrors: [], unmetNeeds: look.troubles, warnings: notes, facts: []};
    return {configFile: configuration.file, warnings: [], tasks: [{task: name, disabled: false, ...found}]};
  }
  const report = await interruptible(context, (signal) =>
    context.tasks.checkTasks({configuration, names: [name], signal, pool}),
  );
  const tasks = report.tasks.map((task) => ({...task, warnings: [...notes, ...task.warnings]}));
  return {...report, warnings: [], tasks};
}
