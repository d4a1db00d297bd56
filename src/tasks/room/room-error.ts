import {TaskError} from '../task-error.js';
import type {ProgramFailureDetails} from '../../errors.js';

/** There is no room for a patch, or for its journal, in `folder` on the target's host. */
export function roomError(folder: string, message: string, details: ProgramFailureDetails = {}): TaskError {
  return new TaskError('disk-full', message, {...details, hint: roomHint(folder)});
}

/** What to do about a folder for patches that is too small. */
export function roomHint(folder: string): string {
  return (
    `make room in ${folder} on that host, choose another folder with target_patch_dir, ` +
    'or do without a patch: apply_patch_in_place = yes'
  );
}
