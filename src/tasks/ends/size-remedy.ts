import {sizeRemedy as remedyOfBdsync} from '../../bdsync/size-policy.js';

/** What to do about sizes that differ, in words of the configuration. */
export function sizeRemedy(targetKind?: 'file' | 'block'): string {
  return remedyOfBdsync(targetKind).replaceAll('--diffsize', 'bdsync_args = --diffsize');
}
