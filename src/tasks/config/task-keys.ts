/** The one table of the keys of a task: it drives parsing, messages, suggestions, `sync`'s options and the manual. */
import {
  autoextendValue,
  choiceOf,
  commandWords,
  durationMs,
  rateValue,
  shellWords,
  snapshotSize,
  volumeName,
} from './key-values.js';
import {KeyFault} from './key-fault.js';
import {flag, type KeyContext, type KeyRule, optional, required, withDefault} from './key-rule.js';
import {nameGlob, nameGlobs} from './name-glob.js';
import {parseBdsyncArgs} from './parse-bdsync-args.js';
import {localPath, remotePath, remoteProgram} from './path-values.js';
import {quoted} from './quoted.js';
import type {BdsyncArgs, LvmSnapshotConfig} from './task-config.js';
import {requireVolumeWord, snapshotNameTemplate} from './volume-template.js';

/** What the keys of a task come to. */
export interface TaskValues {
  readonly source_path: string;
  readonly source_include: readonly string[];
  readonly source_exclude: readonly string[];
  readonly target_path: string;
  readonly connection_command: readonly string[];
  readonly connection_quoting: 'auto' | 'shell' | 'none';
  readonly remote_bdsync_bin: string;
  readonly local_bdsync_bin: string | undefined;
  readonly apply_patch_in_place: boolean;
  readonly target_patch_dir: string | undefined;
  readonly create_target_if_missing: boolean;
  readonly target_thin_pool: string | undefined;
  readonly grow_target: boolean;
  readonly target_lvm_program_path: string;
  readonly allow_target_in_use: boolean;
  readonly allow_plaintext: boolean;
  readonly bdsync_args: BdsyncArgs;
  readonly flush_cache: boolean;
  readonly bandwidth_limit: number | undefined;
  readonly stall_timeout: number;
  readonly lvm_snapshot_enabled: boolean;
  readonly lvm_snapshot_size: string | undefined;
  readonly lvm_snapshot_autoextend: LvmSnapshotConfig['autoextend'];
  readonly lvm_snapshot_name: string;
  readonly lvm_snapshot_together: boolean;
  readonly lvm_program_path: string;
  readonly before_snapshot: readonly string[] | undefined;
  readonly after_snapshot: readonly string[] | undefined;
  readonly snapshot_hook_timeout: number;
  readonly verify_after: boolean;
  readonly disabled: boolean;
  readonly state_dir: string;
}

export const DEFAULT_LVM_PROGRAM = '/sbin/lvm';

export type TaskKeyName = keyof TaskValues;

const KEY_RULES: {readonly [Name in TaskKeyName]: KeyRule<TaskValues[Name]>} = {
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
  connection_command: {
    ...optional(commandWords, {
      group: 'connection',
      placeholder: 'command',
      doc: "the program and its arguments that start commands on the target's host, such as ssh backup@host",
    }),
    whenUnset: () => [],
  },
  connection_quoting: withDefault('auto', choiceOf(['auto', 'shell', 'none']), {
    group: 'connection',
    placeholder: 'auto|shell|none',
    doc: 'whether a shell at the far end parses the words of a command again: shell as with ssh, none as with sudo',
  }),
  remote_bdsync_bin: withDefault('bdsync', parseRemoteProgram, {
    group: 'connection',
    placeholder: 'program',
    doc: "the bdsync program that is started on the target's host",
  }),
  local_bdsync_bin: optional(parseLocalPath, {
    group: 'connection',
    placeholder: 'path',
    doc: 'a bdsync program on this machine that is used in place of the built-in engine',
  }),
  apply_patch_in_place: flag({
    group: 'patch',
    doc: 'write differences to the target as they are found, without a patch file',
  }),
  target_patch_dir: optional(parseTargetPath, {
    group: 'patch',
    placeholder: 'folder',
    doc: "the folder on the target's host where a patch file is stored before it is applied",
  }),
  bdsync_args: {
    ...optional((text) => parseBdsyncArgs(shellWords(text)), {
      group: 'transfer',
      placeholder: 'options',
      doc: 'options of bdsync, such as --diffsize=resize; each end is handed those that it accepts',
    }),
    whenUnset: () => parseBdsyncArgs([]),
  },
  flush_cache: flag({
    group: 'transfer',
    doc: 'leave the page cache alone: read past it where a device allows it',
  }),
  bandwidth_limit: optional(rateValue, {
    group: 'transfer',
    placeholder: 'rate',
    doc: 'bytes per second over the connection, both directions together, with k, m or g for KiB, MiB or GiB',
  }),
  stall_timeout: withDefault('30m', durationMs, {
    group: 'transfer',
    placeholder: 'time',
    doc: 'fail when nothing has moved for this long, in seconds or with m or h behind it; 0 waits for ever',
  }),
  lvm_snapshot_enabled: flag({
    group: 'snapshot',
    doc: 'read from an LVM snapshot of the source, made for the run and removed afterwards',
  }),
  lvm_snapshot_size: optional(snapshotSize, {
    group: 'snapshot',
    placeholder: 'size',
    doc: 'room for what changes in the source during the run: 5G, 10%ORIGIN, 50%FREE; a thin volume needs none',
    onlyWith: 'lvm_snapshot_enabled',
  }),
  lvm_snapshot_autoextend: optional(autoextendValue, {
    group: 'snapshot',
    placeholder: 'share+step',
    doc: 'when that much of the room is used, add that much of it, in percent of its size at that time: 80%+20%',
    onlyWith: 'lvm_snapshot_enabled',
  }),
  lvm_snapshot_name: {
    ...optional(parseSnapshotName, {
      group: 'snapshot',
      placeholder: 'name',
      doc: 'the name of the snapshot, in the volume group of the source',
      onlyWith: 'lvm_snapshot_enabled',
    }),
    defaultText: 'bdsync-snapshot; {volume}-bdsync for several volumes',
    whenUnset: ({hasManyVolumes}) => (hasManyVolumes ? '{volume}-bdsync' : 'bdsync-snapshot'),
  },
  lvm_snapshot_together: flag({
    group: 'snapshot',
    doc: 'take the snapshots of all volumes of the section before the first one is copied',
    onlyWith: 'lvm_snapshot_enabled',
  }),
  lvm_program_path: withDefault(DEFAULT_LVM_PROGRAM, (text) => text, {
    group: 'snapshot',
    placeholder: 'path',
    doc: 'the lvm program',
    onlyWith: 'lvm_snapshot_enabled',
    alsoForManyVolumes: true,
  }),
  before_snapshot: optional(commandWords, {
    group: 'snapshot',
    placeholder: 'command',
    doc: 'a program and its arguments that run right before the snapshot is made, to flush a database, say',
    onlyWith: 'lvm_snapshot_enabled',
  }),
  after_snapshot: optional(commandWords, {
    group: 'snapshot',
    placeholder: 'command',
    doc: 'a program and its arguments that run as soon as the snapshot is made, to undo what the other one did',
    onlyWith: 'lvm_snapshot_enabled',
  }),
  snapshot_hook_timeout: withDefault('60s', durationMs, {
    group: 'snapshot',
    placeholder: 'time',
    doc: 'how long each of these two commands may take, and the snapshot between them; 0 waits for ever',
    onlyWith: 'lvm_snapshot_enabled',
  }),
  verify_after: flag({
    group: 'run',
    doc: 'compare source and target once more when all is written, by SHA-256; a difference fails the task',
  }),
  disabled: flag({
    group: 'run',
    doc: 'leave this task out',
  }),
  state_dir: {
    ...optional(parseStateDir, {
      group: 'run',
      placeholder: 'folder',
      doc: 'the folder on this machine for locks and for what must outlive a run',
    }),
    defaultText: '/var/lib/bdsync-manager for root, else ~/.local/state/bdsync-manager',
    whenUnset: unsetStateDir,
  },
};

export interface TaskKey extends KeyRule<unknown> {
  readonly name: TaskKeyName;
}

/** All keys, in the order of the manual. */
export const TASK_KEYS: readonly TaskKey[] = Object.keys(KEY_RULES)
  .filter(isTaskKeyName)
  .map((name) => ({...KEY_RULES[name], name}));

export function isTaskKeyName(name: string): name is TaskKeyName {
  return Object.hasOwn(KEY_RULES, name);
}

/** How the value of one key is made. */
export function keyRule<Name extends TaskKeyName>(name: Name): KeyRule<TaskValues[Name]> {
  return KEY_RULES[name];
}

function parseLocalPath(text: string, context: KeyContext): string {
  return localPath(text, context.homeFolderOf);
}

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

function parseSnapshotName(text: string, {hasManyVolumes}: KeyContext): string {
  return hasManyVolumes ? snapshotNameTemplate(text) : volumeName(text);
}

function parseTargetPath(text: string, context: KeyContext): string {
  return context.targetIsRemote ? remotePath(text) : localPath(text, context.homeFolderOf);
}

/** Without a connection nothing is started elsewhere, and what `[DEFAULT]` says for other tasks does no harm. */
function parseRemoteProgram(text: string, context: KeyContext): string {
  return context.targetIsRemote ? remoteProgram(text) : text;
}

function parseTargetProgram(text: string, context: KeyContext): string {
  return context.targetIsRemote ? remoteProgram(text) : localPath(text, context.homeFolderOf);
}

function parseStateDir(text: string, context: KeyContext): string {
  const path = localPath(text, context.homeFolderOf);
  if (path.startsWith('/')) return path;
  throw new KeyFault(
    `${quoted(text)} depends on the current folder, so that two runs would not find each other's locks`,
    {
      hint: "begin with '/' or '~/'",
    },
  );
}

function unsetStateDir(context: KeyContext): string {
  const stateDir = context.defaultStateDir();
  if (stateDir !== undefined) return stateDir;
  throw new KeyFault('must be set for a user without a home folder', {code: 'config-missing-key'});
}
