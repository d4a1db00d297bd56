import {type KeyRules, flag, optional} from '../key-rule.js';
import {parseTargetPath} from './path-keys.js';

export interface PatchValues {
  readonly apply_patch_in_place: boolean;
  readonly target_patch_dir: string | undefined;
}

export const PATCH_KEYS: KeyRules<PatchValues> = {
  apply_patch_in_place: flag({
    group: 'patch',
    doc: 'write differences to the target as they are found, without a patch file',
  }),
  target_patch_dir: optional(parseTargetPath, {
    group: 'patch',
    placeholder: 'folder',
    doc: "the folder on the target's host where a patch file is stored before it is applied",
  }),
};
