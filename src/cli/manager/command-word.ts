import type {CommandUnknownOpts} from '@commander-js/extra-typings';

type Commands = Pick<CommandUnknownOpts, 'commands'>;

const DEFAULT_COMMAND = 'run';
const HELP_OPTIONS = new Set(['--help', '-h']);

/**
 * Puts the command word first, and the one behind it where a command has parts, so that options may stand before them as
 * well as after; without one, `run` is meant. `--version`, and `--help` without a command, concern the program as a
 * whole; `help COMMAND` is `COMMAND --help`.
 */
export function withCommandWord(words: readonly string[], program: Commands): string[] {
  if (words[0] === 'help') return helpWords(words.slice(1), program);
  const options = program.commands.flatMap(optionsOf);
  const known = new Set(options.map(({long}) => long));
  const withValue = new Set(options.filter(({required}) => required).map(({long}) => long));
  const commandWords: string[] = [];
  const others: string[] = [];
  // What the next word that is no option is one of; undefined when it is no command any more.
  let parent: Commands | undefined = program;
  let asksHelp = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--version') return [word];
    const isLast: boolean =
      word === '--' ||
      // Whether the next word is its value cannot be known: whoever gets the option says what is wrong with it.
      (isUnknownOption(word, known) && !isCommand(words[index + 1], parent ?? program));
    if (isLast) {
      others.push(...words.slice(index));
      break;
    }
    if (parent !== undefined && !word.startsWith('-')) {
      commandWords.push(word);
      parent = withParts(commandOf(word, parent));
      continue;
    }
    others.push(word);
    if (HELP_OPTIONS.has(word)) asksHelp = true;
    const value = words[index + 1];
    if (withValue.has(word) && value !== undefined) {
      others.push(value);
      index += 1;
    }
  }
  if (commandWords.length > 0) return [...commandWords, ...others];
  return asksHelp ? ['--help'] : [DEFAULT_COMMAND, ...words];
}

/** Of the command and its parts. */
function optionsOf({options, commands}: CommandUnknownOpts): CommandUnknownOpts['options'] {
  return [...options, ...commands.flatMap(optionsOf)];
}

function isUnknownOption(word: string, known: ReadonlySet<string | null | undefined>): boolean {
  return word.startsWith('-') && !HELP_OPTIONS.has(word) && !known.has(word.replace(/=.*/s, ''));
}

/** An unknown command stays without `--help`, so that it is told as one. */
function helpWords(words: readonly string[], program: Commands): string[] {
  const named: string[] = [];
  let parent: Commands | undefined = program;
  for (const word of words) {
    if (parent === undefined) break;
    named.push(word);
    const command = commandOf(word, parent);
    if (command === undefined) return named;
    parent = withParts(command);
  }
  return [...named, '--help'];
}

function withParts(command: Commands | undefined): Commands | undefined {
  return command !== undefined && command.commands.length > 0 ? command : undefined;
}

function commandOf(word: string, {commands}: Commands): CommandUnknownOpts | undefined {
  return commands.find((command) => command.name() === word);
}

function isCommand(word: string | undefined, parent: Commands): boolean {
  return word !== undefined && commandOf(word, parent) !== undefined;
}
