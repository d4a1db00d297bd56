import {volumeName} from '../key-values.js';
import {nameGlob, nameGlobs} from '../name-glob.js';
import {type KeyContext, type KeyRules, flag, optional, required, withDefault} from '../key-rule.js';
import {requireVolumeWord} from '../volume-template.js';
import {parseLocalPath, parseTargetPath, parseTargetProgram} from './path-keys.js';

export interface SourceAndTargetValues {
  readonly source_path: string;
  readonly source_include: readonly string[];
  readonly source_exclude: readonly string[];
  readonly target_path: string;
  readonly create_target_if_missing: boolean;
  readonly target_thin_pool: string | undefined;
  readonly grow_target: boolean;
  readonly target_lvm_program_path: string;
  readonly allow_target_in_use: boolean;
  readonly allow_plaintext: boolean;
}

export const SOURCE_AND_TARGET_KEYS: KeyRules<SourceAndTargetValues> = {
  source_path: required(parseSourcePath, {
    group: 'source and target',
    placeholder: 'path',
    doc: 'the block device or image file on this machine that is copied',
  }),
  source_include: {
    ...optional(nameGlobs, {
      group: 'source and target',
      placeholder: 'names',
      doc: 'of the volumes that a pattern in source_path matches, only these',
    }),
    whenUnset: () => [],
  },
  source_exclude: {
    ...optional(nameGlobs, {
      group: 'source and target',
      placeholder: 'names',
      doc: 'of the volumes that a pattern in source_path matches, not these',
    }),
    whenUnset: () => [],
  },
  target_path: required(parseOwnTargetPath, {
    group: 'source and target',
    placeholder: 'path',
    doc: "the block device or image file on the target's host that is brought in step",
  }),
  create_target_if_missing: flag({
    group: 'source and target',
    doc: 'create a missing target of the size of the source: a logical volume where it has the path of one, else a file',
  }),
  target_thin_pool: optional((text) => volumeName(text), {
    group: 'source and target',
    placeholder: 'name',
    doc: 'the thin pool that a missing target volume is created in; without one it is a linear volume',
    onlyWith: 'create_target_if_missing',
  }),
  grow_target: flag({
    group: 'source and target',
    doc: 'make a logical volume or an image file as large as its source when that has grown',
  }),
  target_lvm_program_path: withDefault('lvm', parseTargetProgram, {
    group: 'source and target',
    placeholder: 'program',
    doc: "the lvm program on the target's host that creates and extends target volumes",
  }),
  allow_target_in_use: flag({
    group: 'source and target',
    doc: 'write although the target is mounted or otherwise in use',
  }),
  allow_plaintext: flag({
    group: 'source and target',
    doc: 'copy an opened encrypted volume to another machine without a warning',
  }),
};

/** A pattern is checked as a whole here; what it stands for is found out when the task runs. */
function parseSourcePath(text: string, context: KeyContext): string {
  if (!context.hasManyVolumes) return parseLocalPath(text, context);
  nameGlob(text.slice(text.lastIndexOf('/') + 1));
  return text;
}

function parseOwnTargetPath(text: string, context: KeyContext): string {
  const path = parseTargetPath(text, context);
  return context.hasManyVolumes ? requireVolumeWord(path) : path;
}
