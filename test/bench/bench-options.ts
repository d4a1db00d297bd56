import {OptionError, type OptionSpec, parseOptions} from '#dist/getopt.js';
import {parseByteCount} from '#dist/units.js';
import {BenchError} from './bench-error.js';
import {BLOCK_BYTES} from './images/image-pair.js';

export interface BenchOptions {
  /** Numbers of sections. */
  readonly only: ReadonlySet<number>;
  readonly rounds: number;
  /** Of each image of the random pair; those of the other experiments are a half, four times, or 32 times as large. */
  readonly sizeBytes: number;
  readonly asJson: boolean;
}

/** What the aims are about. */
export const FULL_SIZE_BYTES = 2 * 1024 ** 3;
const FULL_ROUNDS = 5;
const QUICK_SIZE_BYTES = 256 * 1024 ** 2;
const QUICK_ROUNDS = 3;
const MIN_SIZE_BYTES = 1024 ** 2;
/** So that a half is whole blocks. */
const SIZE_STEP_BYTES = 2 * BLOCK_BYTES;
const MAX_ROUNDS = 1000;

export const USAGE = `npm run bench -- [OPTIONS]

  --only=N[,N...]  only these sections
  --rounds=N       measure everything N times (${FULL_ROUNDS}) and take medians; ratios are of one round each
  --size=BYTES     size of each image, with k, m or g (2g)
  --quick          the same as --size=256m --rounds=${QUICK_ROUNDS}
  --json           print one JSON document
  --help           show this text
`;

const OPTIONS = [
  {name: 'only', value: 'required'},
  {name: 'rounds', value: 'required'},
  {name: 'size', value: 'required'},
  {name: 'quick', value: 'none'},
  {name: 'json', value: 'none'},
  {name: 'help', value: 'none'},
] as const satisfies readonly OptionSpec[];

/**
 * `sections` are the numbers that exist. `help` when only the usage is wanted.
 *
 * @throws BenchError 'usage'.
 */
export function parseBenchOptions(words: readonly string[], sections: readonly number[]): BenchOptions | 'help' {
  const given = parseWords(words);
  if (given.has('help')) return 'help';
  const isQuick = given.has('quick');
  return {
    only: parseSections(given.get('only'), sections),
    rounds: parseRounds(given.get('rounds')) ?? (isQuick ? QUICK_ROUNDS : FULL_ROUNDS),
    sizeBytes: parseSize(given.get('size')) ?? (isQuick ? QUICK_SIZE_BYTES : FULL_SIZE_BYTES),
    asJson: given.has('json'),
  };
}

function parseWords(words: readonly string[]): Map<string, string | undefined> {
  try {
    const {options, operands} = parseOptions(words, OPTIONS);
    if (operands[0] !== undefined) throw usageError(`'${operands[0]}' is no option`);
    return new Map(options.map(({option, value}) => [option.name, value]));
  } catch (error) {
    throw error instanceof OptionError ? usageError(error.message) : error;
  }
}

function parseSections(text: string | undefined, sections: readonly number[]): ReadonlySet<number> {
  if (text === undefined) return new Set(sections);
  const numbers = text.split(',').map(Number);
  const unknown = numbers.find((number) => !sections.includes(number));
  if (unknown !== undefined) throw usageError(`--only=${text}: the sections are ${sections.join(', ')}`);
  return new Set(numbers);
}

function parseRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = /^\d+$/.test(text) ? Number(text) : 0;
  if (rounds >= 1 && rounds <= MAX_ROUNDS) return rounds;
  throw usageError(`--rounds=${text}: it is a number from 1 to ${MAX_ROUNDS}`);
}

function parseSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseByteCount(text);
  if (bytes !== undefined && bytes >= MIN_SIZE_BYTES && bytes % SIZE_STEP_BYTES === 0) return bytes;
  throw usageError(`--size=${text}: it is at least 1m, and a multiple of ${SIZE_STEP_BYTES}`);
}

function usageError(message: string): BenchError {
  return new BenchError('usage', message, {hint: 'see npm run bench -- --help'});
}
