import {DEFAULT_DIFF_OPTIONS, type DiffOptions} from '../../bdsync/client.js';
import {parseSizePolicy, type SizePolicy, STRICT_SIZE_POLICY} from '../../bdsync/size-policy.js';
import type {BdsyncArgs} from './task-config.js';

// A bdsync program refuses, in one role, options that it takes in another; these hand each role its own.

/** For the end that compares and writes the patch; its three operands are not included. */
export function clientArguments(args: BdsyncArgs): string[] {
  return [
    ...(args.blockBytes === undefined ? [] : [`--blocksize=${args.blockBytes}`]),
    ...(args.hash === undefined ? [] : [`--hash=${args.hash}`]),
    ...(args.checksum === undefined ? [] : [`--checksum=${args.checksum}`]),
    ...(args.twoPass ? ['--twopass'] : []),
    ...(args.fixedSalt ? ['--fixedsalt'] : []),
    ...diffSizeArguments(args),
    ...zeroBlocksArguments(args),
    ...(args.flushCache ? ['--flushcache'] : []),
    ...verboseArguments(args),
  ];
}

/** For the end that answers the client; `--server` itself is not included. */
export function serverArguments(args: BdsyncArgs): string[] {
  return [...zeroBlocksArguments(args), ...verboseArguments(args)];
}

/** For the end that applies the patch; `--patch` itself is not included. */
export function patchArguments(args: BdsyncArgs): string[] {
  return [...diffSizeArguments(args), ...(args.warnDevice ? ['--warndev'] : []), ...verboseArguments(args)];
}

/** What the built-in engine compares with. */
export function diffOptions(args: BdsyncArgs): DiffOptions {
  return {
    ...DEFAULT_DIFF_OPTIONS,
    ...(args.blockBytes !== undefined && {blockBytes: args.blockBytes}),
    ...(args.hash !== undefined && {digest: args.hash}),
    ...(args.checksum !== undefined && {checksum: args.checksum}),
    sizePolicy: sizePolicy(args),
    twoPass: args.twoPass,
    fixedSalt: args.fixedSalt,
    flushCache: args.flushCache,
  };
}

export function sizePolicy({diffSize}: BdsyncArgs): SizePolicy {
  return diffSize === undefined ? STRICT_SIZE_POLICY : parseSizePolicy(diffSize);
}

function diffSizeArguments({diffSize}: BdsyncArgs): string[] {
  if (diffSize === undefined) return [];
  return [diffSize === '' ? '--diffsize' : `--diffsize=${diffSize}`];
}

function zeroBlocksArguments({zeroBlocks}: BdsyncArgs): string[] {
  return zeroBlocks ? ['--zeroblocks'] : [];
}

function verboseArguments({verbose}: BdsyncArgs): string[] {
  return Array.from({length: verbose}, () => '--verbose');
}
