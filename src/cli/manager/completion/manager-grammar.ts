import type {Argument, CommandUnknownOpts, Option} from '@commander-js/extra-typings';
import {LOG_LEVELS} from '../../../log.js';
import {type Grammar, type GrammarOption, NOTHING, type Values, words} from './grammar.js';

/** The command line of bdsync-manager, from the definition that parses it and writes its help. */
export function managerGrammar(command: CommandUnknownOpts): Grammar {
  const help = command.createHelp();
  // Of the command `help` there is no program, but what help tells of it.
  const commands = help.visibleCommands(command);
  const names = commands.map((each) => ({word: each.name(), does: help.subcommandDescription(each)}));
  return {
    options: help.visibleOptions(command).map(grammarOption),
    commands: commands.map((each) => ({
      ...(each.name() === 'help' ? helpGrammar({kind: 'words', words: names}) : managerGrammar(each)),
      name: each.name(),
      does: help.subcommandDescription(each),
    })),
    operands: command.registeredArguments.map(valuesOfArgument),
  };
}

function helpGrammar(commandNames: Values): Grammar {
  return {options: [], commands: [], operands: [commandNames, NOTHING]};
}

function grammarOption(option: Option): GrammarOption {
  const {short, long, description, required, optional} = option;
  return {
    names: [short, long].filter((name) => name !== undefined && name !== null),
    does: description,
    value: required ? 'required' : optional ? 'optional' : 'none',
    values: valuesOfOption(option),
    // Those that collect what they are given begin with an empty list.
    repeats: Array.isArray(option.defaultValue),
  };
}

/** By the word that stands for the value in the help: `--state-dir <folder>`. */
function valuesOfOption({long, flags, argChoices}: Option): Values {
  if (argChoices !== undefined) return words(argChoices);
  if (long === '--task') return {kind: 'tasks'};
  const [, placeholder = ''] = /[<[]([^>\]]+)[>\]]$/.exec(flags) ?? [];
  if (placeholder.includes('|')) return words(placeholder.split('|'));
  return VALUES_OF_PLACEHOLDER[placeholder] ?? NOTHING;
}

function valuesOfArgument(argument: Argument): Values {
  if (argument.argChoices !== undefined) return words(argument.argChoices);
  return VALUES_OF_PLACEHOLDER[argument.name()] ?? NOTHING;
}

const VALUES_OF_PLACEHOLDER: Readonly<Record<string, Values>> = {
  file: {kind: 'files'},
  path: {kind: 'files'},
  folder: {kind: 'folders'},
  level: words(LOG_LEVELS),
  tasks: {kind: 'tasks'},
  source: {kind: 'files'},
  target: {kind: 'files'},
};
