import {BdsyncError} from './errors.js';

/**
 * What to do when the two devices differ in size: refuse (`strict`), bring the target to the size of the source
 * (`resize`), or care for the common prefix alone (`minsize`). `warn` tells about the difference in any case.
 */
export interface SizePolicy {
  readonly mode: SizeMode;
  readonly warn: boolean;
}

type SizeMode = 'strict' | 'resize' | 'minsize';

/** What `--diffsize` understands. */
export const SIZE_POLICY_WORDS = ['strict', 'resize', 'minsize', 'warn'] as const;

/** What holds without any `--diffsize`. */
export const STRICT_SIZE_POLICY: SizePolicy = {mode: 'strict', warn: true};

/** What to do about sizes that differ, for a target of this kind; undefined where the kind is not known. */
export function sizeRemedy(targetKind?: 'file' | 'block'): string {
  const copyWhatFits = '--diffsize=minsize copies what fits';
  const resizeFile = '--diffsize=resize lets a file follow the source';
  switch (targetKind) {
    case 'file':
      return `${resizeFile}, ${copyWhatFits}`;
    case 'block':
      return `make the device as large as the source by hand; ${copyWhatFits}`;
    case undefined:
      return `${resizeFile}, ${copyWhatFits}; a device must be made as large by hand`;
    default:
      return targetKind satisfies never;
  }
}

/**
 * The policy of one `--diffsize[=VALUE]`; `undefined` stands for the option without a value. VALUE is a list of words
 * with commas, each of which may be shortened, as the original program allows. Strict always warns.
 *
 * @throws BdsyncError 'invalid-parameters' for an unknown word or for two modes.
 */
export function parseSizePolicy(value: string | undefined): SizePolicy {
  let mode: SizeMode | undefined;
  let warn = false;
  for (const part of value === undefined || value === '' ? [] : value.split(',')) {
    const word = part === '' ? undefined : SIZE_POLICY_WORDS.find((known) => known.startsWith(part));
    if (word === undefined) {
      throw new BdsyncError('invalid-parameters', `bad diffsize option '${part}' in '${value}'`, {
        hint: `the options are ${SIZE_POLICY_WORDS.join(', ')}`,
      });
    }
    if (word === 'warn') {
      warn = true;
    } else if (mode === undefined) {
      mode = word;
    } else {
      throw new BdsyncError('invalid-parameters', `contradicting diffsize options '${mode}' and '${word}'`);
    }
  }
  mode ??= 'resize';
  return {mode, warn: warn || mode === 'strict'};
}
