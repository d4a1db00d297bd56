import type {Command} from '@commander-js/extra-typings';

const DEFAULT_COMMAND = 'run';
const HELP_OPTIONS = new Set(['--help', '-h']);

/**
 * Puts the command word first, so that options may stand before it as well as after it; without one, `run` is meant.
 * `--version`, and `--help` without a command, concern the program as a whole.
 */
export function withCommandWord(words: readonly string[], program: Pick<Command, 'commands'>): string[] {
  const options = program.commands.flatMap((command) => command.options);
  const known = new Set(options.map(({long}) => long));
  const withValue = new Set(options.filter(({required}) => required).map(({long}) => long));
  let asksHelp = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') break;
    if (word === '--version') return [word];
    if (!word.startsWith('-')) return [word, ...words.slice(0, index), ...words.slice(index + 1)];
    if (HELP_OPTIONS.has(word)) asksHelp = true;
    // Whether the next word is its value cannot be known: let `run` say what is wrong with it.
    else if (!known.has(word.replace(/=.*/s, '')) && !isFollowedByCommand(words, index, program)) break;
    if (withValue.has(word)) index += 1;
  }
  return asksHelp ? ['--help'] : [DEFAULT_COMMAND, ...words];
}

function isFollowedByCommand(words: readonly string[], index: number, {commands}: Pick<Command, 'commands'>): boolean {
  return commands.some((command) => command.name() === words[index + 1]);
}
