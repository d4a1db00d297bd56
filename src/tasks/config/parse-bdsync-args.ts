import {messageOf} from '../../errors.js';
import {type FoundOption, OptionError, parseOptions} from '../../getopt.js';
import {COMMON_OPTIONS} from '../../bdsync/command-options.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {MAX_CHECKSUM_FIELD_BYTES} from '../../bdsync/patch/patch-format.js';
import {parseSizePolicy} from '../../bdsync/size-policy.js';
import {KeyFault} from './key-fault.js';
import {nearestName} from './nearest-name.js';
import {quoted} from './quoted.js';
import type {BdsyncArgs} from './task-config.js';

type BdsyncOption = FoundOption<(typeof COMMON_OPTIONS)[number]>;
type MutableArgs = {-readonly [Name in keyof BdsyncArgs]: BdsyncArgs[Name]};

/**
 * Understands the words of bdsync_args as bdsync itself would, in all the forms that it accepts.
 *
 * @throws KeyFault
 */
export function parseBdsyncArgs(words: readonly string[]): BdsyncArgs {
  const {options, operands} = readWords(words);
  if (operands[0] !== undefined) throw strayOperand(operands[0], words);
  const args: MutableArgs = {
    blockBytes: undefined,
    hash: undefined,
    checksum: undefined,
    twoPass: false,
    fixedSalt: false,
    diffSize: undefined,
    zeroBlocks: false,
    warnDevice: false,
    flushCache: false,
    verbose: 0,
  };
  for (const option of options) takeOption(option, args);
  return args;
}

function takeOption({option, value = ''}: BdsyncOption, args: MutableArgs): void {
  switch (option.name) {
    case 'server':
    case 'patch':
    case 'help':
      throw new KeyFault(`--${option.name} makes bdsync do something else; which end does what is the task's affair`);
    case 'remdata':
      throw new KeyFault('--remdata turns the direction round; data always go from source_path to target_path');
    case 'verbose':
      args.verbose += 1;
      break;
    case 'blocksize':
      args.blockBytes = blockBytes(value);
      break;
    case 'hash':
    case 'checksum':
      args[option.name] = digestName(option.name, value);
      break;
    case 'twopass':
      args.twoPass = true;
      break;
    case 'fixedsalt':
      args.fixedSalt = true;
      break;
    case 'diffsize':
      if (args.diffSize !== undefined) throw new KeyFault('--diffsize is there twice');
      args.diffSize = sizePolicyText(value);
      break;
    case 'zeroblocks':
      args.zeroBlocks = true;
      break;
    case 'warndev':
      args.warnDevice = true;
      break;
    case 'flushcache':
      args.flushCache = true;
      break;
    case 'progress':
      // How far a task has come is always watched; whether it is shown is chosen on the command line.
      break;
    default:
      option satisfies never;
  }
}

function readWords(words: readonly string[]): {options: BdsyncOption[]; operands: string[]} {
  try {
    return parseOptions(words, COMMON_OPTIONS);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    if (error.code !== 'unknown-option') throw new KeyFault(error.message, {cause: error});
    throw new KeyFault(`${error.message} of bdsync`, {hint: suggestion(error.written), cause: error});
  }
}

function suggestion(written: string): string | undefined {
  const names = COMMON_OPTIONS.map(({name}) => name);
  const nearest = written.startsWith('--') ? nearestName(written.slice(2), names) : undefined;
  return nearest === undefined ? undefined : `did you mean '--${nearest}'?`;
}

function strayOperand(operand: string, words: readonly string[]): KeyFault {
  const before = words[words.indexOf(operand) - 1];
  const takesValue = before === '--diffsize' || before === '-d';
  return new KeyFault(`${quoted(operand)} is no option of bdsync`, {
    hint: takesValue ? `the value of --diffsize follows an equals sign: --diffsize=${operand}` : undefined,
  });
}

function blockBytes(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new KeyFault(`--blocksize takes a whole number of bytes above 0, without a unit, not ${quoted(text)}`);
}

function digestName(option: string, name: string): string {
  const length = Buffer.byteLength(name);
  if (length > 0 && length <= MAX_CHECKSUM_FIELD_BYTES) return name;
  throw new KeyFault(`--${option} takes the name of a digest, such as md5 or sha256, not ${quoted(name)}`);
}

function sizePolicyText(value: string): string {
  try {
    parseSizePolicy(value);
    return value;
  } catch (error) {
    if (!(error instanceof BdsyncError)) throw error;
    throw new KeyFault(messageOf(error), {hint: error.hint, cause: error});
  }
}
