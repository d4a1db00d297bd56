import type {ApplicationRecord} from '../state/leftover.js';

/** Whether a later run has written the target, or may have: then it is neither finished nor undone any more. */
export function isGivenUp({isObsolete = false, wholeSince}: ApplicationRecord): boolean {
  return isObsolete || wholeSince !== undefined;
}
