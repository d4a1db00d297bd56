import {type Candidate, type Grammar, type GrammarOption, NOTHING, type Values} from './grammar.js';

/** What may stand where the cursor is. */
export interface Completion {
  /** What the word begins with already and what is no part of the values: `--task=`. */
  readonly prefix: string;
  readonly values: Values;
  /** What `--config` says before the cursor. */
  readonly configFile: string | undefined;
}

/** Completes the word `current`, which comes after `before`: the words after the program's name, without their quotes. */
export function completeWords(grammar: Grammar, before: readonly string[], current: string): Completion {
  const read = readWords(grammar, before);
  const {configFile} = read;
  if (read.openOption) return {prefix: '', values: read.openOption.values, configFile};
  if (!read.isOperandsOnly && current.startsWith('-')) {
    const [name, inlineValue] = splitAtEquals(current);
    if (inlineValue === undefined) return {prefix: '', values: optionNames(read), configFile};
    const option = read.options.find(({names, value}) => value !== 'none' && names.includes(name));
    return {prefix: `${name}=`, values: option?.values ?? NOTHING, configFile};
  }
  return {prefix: '', values: operandValues(read), configFile};
}

interface WordsRead {
  /** Of the innermost command that was named. */
  readonly grammar: Grammar;
  /** What could be written before the cursor. */
  readonly options: readonly GrammarOption[];
  /** All names of the options that were. */
  readonly given: ReadonlySet<string>;
  readonly operandCount: number;
  /** Waits for its value. */
  readonly openOption: GrammarOption | undefined;
  /** There was a `--`. */
  readonly isOperandsOnly: boolean;
  readonly configFile: string | undefined;
}

function readWords(program: Grammar, before: readonly string[]): WordsRead {
  let grammar = program;
  // Options may stand before the command that they belong to.
  let options = allOptions(program);
  const given = new Set<string>();
  let operandCount = 0;
  let openOption: GrammarOption | undefined;
  let isOperandsOnly = false;
  let configFile: string | undefined;
  const take = ({names}: GrammarOption, value: string | undefined): void => {
    for (const name of names) given.add(name);
    if (names.includes('--config')) configFile = value;
  };
  for (const word of before) {
    if (openOption) {
      take(openOption, word);
      openOption = undefined;
    } else if (!isOperandsOnly && word === '--') {
      isOperandsOnly = true;
    } else if (!isOperandsOnly && word.startsWith('-') && word !== '-') {
      const [name, value] = splitAtEquals(word);
      const option = options.find(({names}) => names.includes(name));
      if (option?.value === 'required' && value === undefined) openOption = option;
      else if (option) take(option, value);
    } else {
      const command = operandCount === 0 ? grammar.commands.find(({name}) => name === word) : undefined;
      if (command) {
        grammar = command;
        options = allOptions(command);
      } else {
        operandCount += 1;
      }
    }
  }
  return {grammar, options, given, operandCount, openOption, isOperandsOnly, configFile};
}

function splitAtEquals(word: string): [name: string, value?: string] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

function allOptions({options, commands}: Grammar): GrammarOption[] {
  return [...options, ...commands.flatMap(allOptions)];
}

/** Those that were given are told again only where that means something. */
function optionNames({grammar, given}: WordsRead): Values {
  const offered = grammar.options.filter(({names, repeats}) => repeats || !names.some((name) => given.has(name)));
  return {kind: 'words', words: offered.flatMap(namesOf)};
}

/** A value that is optional must be in the same word. */
function namesOf({names, does, value}: GrammarOption): Candidate[] {
  const withValue = value === 'optional' ? names.filter((name) => name.startsWith('--')).map((name) => `${name}=`) : [];
  return [...names, ...withValue].map((word) => ({word, does}));
}

function operandValues({grammar: {commands, operands}, operandCount}: WordsRead): Values {
  if (commands.length > 0 && operandCount === 0) {
    return {kind: 'words', words: commands.map(({name, does}) => ({word: name, does}))};
  }
  return operands[Math.min(operandCount, operands.length - 1)] ?? NOTHING;
}
