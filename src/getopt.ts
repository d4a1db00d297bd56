import {ExpectedError} from './errors.js';

/** One option as getopt_long(3) knows it. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, for options that have a short form. */
  readonly short?: string;
  /** An optional value is taken from the same word only: `--name=VALUE`, `-nVALUE`. */
  readonly value: 'none' | 'required' | 'optional';
}

export interface FoundOption<Spec extends OptionSpec> {
  readonly option: Spec;
  readonly value: string | undefined;
}

export type OptionErrorCode = 'unknown-option' | 'ambiguous-option' | 'value-missing' | 'value-refused';

/** Words that are no proper options; the message is the one of the C library. */
export class OptionError extends ExpectedError<OptionErrorCode> {
  /** The option as it was written. */
  readonly written: string;

  constructor(code: OptionErrorCode, message: string, written: string) {
    super(code, message);
    this.written = written;
  }
}

/**
 * Reads a command line as GNU getopt_long(3) does: `--name VALUE`, `--name=VALUE`, unambiguous beginnings of long names,
 * clusters of short options with or without a value, operands anywhere, nothing but operands after `--`.
 *
 * @throws OptionError
 */
export function parseOptions<Spec extends OptionSpec>(
  words: readonly string[],
  specs: readonly Spec[],
): {options: FoundOption<Spec>[]; operands: string[]} {
  const rest = [...words];
  const options: FoundOption<Spec>[] = [];
  const operands: string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      operands.push(...rest);
      break;
    }
    if (word.startsWith('--')) options.push(longOption(word.slice(2), rest, specs));
    else if (word.startsWith('-') && word !== '-') options.push(...shortOptions(word.slice(1), rest, specs));
    else operands.push(word);
  }
  return {options, operands};
}

function longOption<Spec extends OptionSpec>(word: string, rest: string[], specs: readonly Spec[]): FoundOption<Spec> {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const option = findLong(name, word, specs);
  if (equals >= 0) {
    if (option.value !== 'none') return {option, value: word.slice(equals + 1)};
    throw new OptionError('value-refused', `option '--${option.name}' doesn't allow an argument`, `--${word}`);
  }
  if (option.value !== 'required') return {option, value: undefined};
  const value = rest.shift();
  if (value !== undefined) return {option, value};
  throw new OptionError('value-missing', `option '--${option.name}' requires an argument`, `--${word}`);
}

function findLong<Spec extends OptionSpec>(name: string, word: string, specs: readonly Spec[]): Spec {
  const candidates = specs.filter((spec) => spec.name.startsWith(name));
  const option = candidates.find((spec) => spec.name === name) ?? candidates[0];
  if (!option) throw new OptionError('unknown-option', `unrecognized option '--${word}'`, `--${name}`);
  if (candidates.length === 1 || option.name === name) return option;
  const possibilities = candidates.map((spec) => `'--${spec.name}'`).join(' ');
  const message = `option '--${word}' is ambiguous; possibilities: ${possibilities}`;
  throw new OptionError('ambiguous-option', message, `--${name}`);
}

function shortOptions<Spec extends OptionSpec>(
  cluster: string,
  rest: string[],
  specs: readonly Spec[],
): FoundOption<Spec>[] {
  const found: FoundOption<Spec>[] = [];
  const letters = Array.from(cluster);
  for (let letter = letters.shift(); letter !== undefined; letter = letters.shift()) {
    const option = specs.find((spec) => spec.short === letter);
    if (!option) throw new OptionError('unknown-option', `invalid option -- '${letter}'`, `-${letter}`);
    if (option.value === 'none') {
      found.push({option, value: undefined});
      continue;
    }
    const attached = letters.splice(0).join('');
    const value = attached === '' && option.value === 'required' ? rest.shift() : attached;
    if (value === undefined) {
      throw new OptionError('value-missing', `option requires an argument -- '${letter}'`, `-${letter}`);
    }
    found.push({option, value: value === '' && option.value === 'optional' ? undefined : value});
  }
  return found;
}
