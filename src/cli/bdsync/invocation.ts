import type {DocumentedOption} from '../../bdsync/command-options.js';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions} from '../../bdsync/compare/diff-options.js';
import type {SealRequest} from '../../bdsync/compare/sealing.js';
import {MAX_CHECKSUM_FIELD_BYTES} from '../../bdsync/patch/patch-format.js';
import type {SealedMode} from '../../bdsync/sealed/sealed-request.js';
import type {SizePolicy} from '../../bdsync/size-policy.js';
import {type OptionSpec, parseOptions} from '../../getopt.js';
import {defaultStateDir} from '../../state-dir.js';
import {userName} from '../../user-name.js';
import {GivenOptions, invalid, type ProgressStyle} from './given-options.js';
import {OPTIONS, type OptionName} from './option-table.js';

export interface ClientInvocation {
  readonly role: 'client';
  readonly command: string;
  readonly localPath: string;
  readonly remotePath: string;
  readonly options: DiffOptions;
  readonly seal: SealRequest | undefined;
  readonly progress: ProgressStyle | undefined;
  readonly verbosity: number;
}

export interface ServerInvocation {
  readonly role: 'server';
  readonly verbosity: number;
}

export interface PatchInvocation {
  readonly role: 'patch';
  readonly targetPath: string | undefined;
  readonly sizePolicy: SizePolicy;
  readonly warnDevice: boolean;
  /** Whoever started us holds the target. */
  readonly isHeld: boolean;
  /** Undefined: the target is not marked while it is written. */
  readonly mark: MarkInvocation | undefined;
  readonly progress: ProgressStyle | undefined;
  readonly verbosity: number;
}

export interface MarkInvocation {
  /** Who writes, in words. */
  readonly by: string;
  /** Undefined: there is no place for marks. */
  readonly stateDir: string | undefined;
}

export interface SealedInvocation {
  readonly role: 'sealed';
  readonly patchPath: string;
  readonly targetPath: string;
  readonly mode: SealedMode;
  /** Whoever started us holds the target. */
  readonly isHeld: boolean;
  readonly allowInUse: boolean;
  readonly sizePolicy: SizePolicy;
  readonly progress: ProgressStyle | undefined;
}

export interface HoldInvocation {
  readonly role: 'hold';
  readonly path: string;
  /** Undefined: others shall not be told. */
  readonly holder: string | undefined;
  /** Undefined: there is no place for notes and marks. */
  readonly stateDir: string | undefined;
  readonly allowInUse: boolean;
  readonly waitMs: number;
}

export type Invocation =
  | {readonly role: 'help' | 'version'}
  | ClientInvocation
  | ServerInvocation
  | PatchInvocation
  | SealedInvocation
  | HoldInvocation;

/**
 * What the words after the program's name ask for.
 *
 * @throws OptionError for words that are no proper options, BdsyncError 'invalid-parameters' for the rest.
 */
export function parseInvocation(words: readonly string[]): Invocation {
  if (words.length === 0) return {role: 'help'};
  const {options, operands} = parseOptions<OptionSpec & {name: OptionName}>(words, recognisedOptions(words));
  const given = new GivenOptions(options.map(({option, value}) => ({name: option.name, value})));
  if (given.has('help')) return {role: 'help'};
  if (given.has('version')) return {role: 'version'};
  given.check();
  const role = given.role();
  if (operands.length !== (role === 'client' ? 3 : 0)) throw invalid(`Bad number of arguments ${operands.length}`);
  switch (role) {
    case 'client':
      return clientInvocation(given, operands);
    case 'server':
      return {role, verbosity: given.count('verbose')};
    case 'patch':
      return given.has('sealed') ? sealedInvocation(given) : patchInvocation(given);
    case 'hold':
      return holdInvocation(given);
    default:
      return role satisfies never;
  }
}

/**
 * Options of ours are recognised by their whole name alone: the abbreviations that the original program understands
 * (`--ver` for `--verbose`) keep their meaning.
 */
function recognisedOptions(words: readonly string[]): (OptionSpec & {name: OptionName})[] {
  return OPTIONS.filter((option: DocumentedOption) => {
    const isWritten = words.some((word) => word === `--${option.name}` || word.startsWith(`--${option.name}=`));
    return !option.isOurs || isWritten;
  });
}

function clientInvocation(given: GivenOptions, operands: readonly string[]): ClientInvocation {
  const [command = '', localPath = '', remotePath = ''] = operands;
  const checksum = given.valueOf('checksum');
  if (checksum !== undefined && Buffer.byteLength(checksum) > MAX_CHECKSUM_FIELD_BYTES) {
    throw invalid('the name for --checksum is too long');
  }
  const options: DiffOptions = {
    blockBytes: given.numberOf('blocksize', DEFAULT_DIFF_OPTIONS.blockBytes, 1),
    digest: given.valueOf('hash') ?? DEFAULT_DIFF_OPTIONS.digest,
    ...(checksum !== undefined && {checksum}),
    twoPass: given.has('twopass'),
    remoteData: given.has('remdata'),
    fixedSalt: given.has('fixedsalt'),
    sizePolicy: given.sizePolicy(),
    flushCache: given.has('flushcache'),
  };
  const seal = given.has('seal') ? {targetIdentity: given.valueOf('seal') ?? ''} : undefined;
  const progress = given.progress();
  return {role: 'client', command, localPath, remotePath, options, seal, progress, verbosity: given.count('verbose')};
}

function patchInvocation(given: GivenOptions): PatchInvocation {
  const targetPath = given.valueOf('patch');
  if (given.has('held') && targetPath === undefined) throw invalid('--held needs a target: --patch=DEV');
  return {
    role: 'patch',
    targetPath,
    sizePolicy: given.sizePolicy(),
    warnDevice: given.has('warndev'),
    isHeld: given.has('held'),
    mark: given.has('mark') ? markInvocation(given) : undefined,
    progress: given.progress(),
    verbosity: given.count('verbose'),
  };
}

function markInvocation(given: GivenOptions): MarkInvocation {
  const by = given.valueOf('mark') ?? `bdsync --patch of ${userName()}`;
  return {by, stateDir: given.valueOf('state-dir') ?? defaultStateDir()};
}

function sealedInvocation(given: GivenOptions): SealedInvocation {
  const targetPath = given.valueOf('patch');
  if (targetPath === undefined) throw invalid('--sealed needs a target: --patch=DEV');
  const mode = given.has('recover') ? 'recover' : given.has('rollback') ? 'rollback' : 'apply';
  return {
    role: 'sealed',
    patchPath: given.valueOf('sealed') ?? '',
    targetPath,
    mode,
    isHeld: given.has('held'),
    allowInUse: given.has('allow-in-use'),
    sizePolicy: given.sizePolicy(),
    progress: given.progress(),
  };
}

function holdInvocation(given: GivenOptions): HoldInvocation {
  const holder = given.valueOf('holder') ?? `bdsync --hold of ${userName()}`;
  return {
    role: 'hold',
    path: given.valueOf('hold') ?? '',
    holder: holder === '' ? undefined : holder,
    stateDir: given.valueOf('state-dir') ?? defaultStateDir(),
    allowInUse: given.has('allow-in-use'),
    waitMs: given.numberOf('wait-ms', 0, 0),
  };
}
