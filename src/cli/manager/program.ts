import {Command, type CommandUnknownOpts, type CommanderError, Help, type Option} from '@commander-js/extra-typings';
import {packageVersion} from '../../version.js';
import type {CommandContext} from './command-context.js';
import {addCheckCommand} from './commands/check.js';
import {addCompletionCommand} from './commands/completion.js';
import {addConfigCommand} from './commands/config.js';
import {addInitCommand} from './commands/init.js';
import {addInstallCommand} from './commands/install.js';
import {addListCommand} from './commands/list.js';
import {addLogCommand} from './commands/log.js';
import {addRecoverCommand} from './commands/recover.js';
import {addRunCommand} from './commands/run.js';
import {addSnapshotsCommand} from './commands/snapshots.js';
import {addStatusCommand} from './commands/status.js';
import {addUninstallCommand} from './commands/uninstall.js';
import {addVerifyCommand} from './commands/verify.js';
import {addSyncCommand} from './commands/sync.js';
import {helpAfterOptions} from './help-text.js';
import {UsageError} from './usage-error.js';

const EXAMPLES = [
  {line: 'bdsync-manager init', does: 'set up a task, by questions; the first one makes /etc/bdsync-manager.conf'},
  {line: 'bdsync-manager check', does: 'check /etc/bdsync-manager.conf and what its tasks need'},
  {line: 'bdsync-manager', does: 'run all its enabled tasks'},
  {line: 'bdsync-manager --task home --log-level info', does: 'run one task, and tell the figures'},
  {
    line: 'bdsync-manager sync disk.img backup@store:disk.img',
    does: 'bring one target in step, without a configuration',
  },
];

const NARROWEST_HELP = 72;
const WIDEST_HELP = 110;

/** The command line of bdsync-manager. Parsing throws a UsageError; help and version end it with a CommanderError. */
export function createProgram(context: CommandContext): Command {
  const program: Command = new Command('bdsync-manager');
  const columns = Number.isFinite(context.stdout.columns) ? context.stdout.columns : 80;
  program
    .description('Keeps copies of block devices and disk images in step, here or on another machine.')
    .version(`bdsync-manager ${packageVersion()}`, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'print the help of a command, as --help after it does')
    .usage('[run] [options]\n       bdsync-manager COMMAND [options]')
    .configureHelp({
      helpWidth: Math.min(Math.max(columns, NARROWEST_HELP), WIDEST_HELP),
      minWidthToWrap: 20,
      visibleOptions: (command) => [...defaultCommandOptions(command), ...new Help().visibleOptions(command)],
    })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: () => {},
      outputError: () => {},
    })
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'a task failed; the others ran'}));
  for (const add of [
    addInitCommand,
    addRunCommand,
    addListCommand,
    addCheckCommand,
    addConfigCommand,
    addVerifyCommand,
    addStatusCommand,
    addLogCommand,
    addSnapshotsCommand,
    addRecoverCommand,
    addSyncCommand,
    addInstallCommand,
    addUninstallCommand,
    addCompletionCommand,
  ]) {
    add(program, context);
  }
  for (const command of [program, ...program.commands.flatMap(withParts)]) refuseBadUsage(command);
  return program;
}

/** The program without a command word is `run`: its help tells the options of that. */
function defaultCommandOptions(command: CommandUnknownOpts): readonly Option[] {
  return command.parent === null ? (command.commands.find((each) => each.name() === 'run')?.options ?? []) : [];
}

/** `config`, say, and `config show`. */
function withParts(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withParts)];
}

function refuseBadUsage(command: Pick<CommandUnknownOpts, 'exitOverride' | 'name' | 'parent'>): void {
  const words = wordsOf(command);
  command.exitOverride((error: CommanderError) => {
    if (error.exitCode === 0) throw error;
    const isIncomplete = error.code === 'commander.help';
    const message = isIncomplete ? `${words} wants a command` : usageMessage(error.message);
    throw new UsageError(message, `see '${words} --help'`);
  });
}

function wordsOf(command: Pick<CommandUnknownOpts, 'name' | 'parent'>): string {
  const {parent} = command;
  return parent === null ? command.name() : `${wordsOf(parent)} ${command.name()}`;
}

/** commander's words on one line, in the form that all messages have here. */
function usageMessage(text: string): string {
  const [first = '', ...others] = text.trim().split('\n');
  const suggestion = /^\(Did you mean (.*)\?\)$/.exec(others.join(' '));
  return `${first.replace(/^error: /, '')}${suggestion ? ` (did you mean ${suggestion[1]}?)` : ''}`;
}
