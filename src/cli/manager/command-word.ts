import type {Command} from '@commander-js/extra-typings';

const DEFAULT_COMMAND = 'run';
const HELP_OPTIONS = new Set(['--help', '-h']);

/**
 * Puts the command word first, so that options may stand before it as well as after it; without one, `run` is meant.
 * `--version`, and `--help` without a command, concern the program as a whole; `help COMMAND` is `COMMAND --help`.
 */
export function withCommandWord(words: readonly string[], program: Pick<Command, 'commands'>): string[] {
  if (words[0] === 'help') return helpWords(words[1], program);
  const options = program.commands.flatMap((command) => command.options);
  const known = new Set(options.map(({long}) => long));
  const withValue = new Set(options.filter(({required}) => required).map(({long}) => long));
  let commandAt: number | undefined;
  let asksHelp = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') break;
    if (word === '--version') return [word];
    if (!word.startsWith('-')) commandAt ??= index;
    else if (withValue.has(word)) index += 1;
    else if (HELP_OPTIONS.has(word)) asksHelp = true;
    // Whether the next word is its value cannot be known: whoever gets the option says what is wrong with it.
    else if (!known.has(word.replace(/=.*/s, '')) && !isCommand(words[index + 1], program)) break;
  }
  if (commandAt !== undefined) return [words[commandAt] ?? '', ...words.toSpliced(commandAt, 1)];
  return asksHelp ? ['--help'] : [DEFAULT_COMMAND, ...words];
}

/** An unknown command stays alone, so that it is told as one. */
function helpWords(command: string | undefined, program: Pick<Command, 'commands'>): string[] {
  if (command === undefined) return ['--help'];
  return isCommand(command, program) ? [command, '--help'] : [command];
}

function isCommand(word: string | undefined, {commands}: Pick<Command, 'commands'>): boolean {
  return commands.some((command) => command.name() === word);
}
