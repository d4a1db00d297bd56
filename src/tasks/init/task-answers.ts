import {quoteWord} from '../../hosts/quote.js';
import type {TaskKeyName} from '../config/task-keys.js';

/** What a person has decided about a new task. */
export interface TaskAnswers {
  readonly name: string;
  readonly sourcePath: string;
  readonly targetPath: string;
  /** As a configuration has it; undefined for a target on this machine. */
  readonly connectionCommand: string | undefined;
  /** Undefined: differences are written as they are found. */
  readonly patchDir: string | undefined;
  readonly createsTarget: boolean;
  readonly growsTarget: boolean;
  readonly bdsyncArgs: string | undefined;
  /** Without a size for a thin volume; undefined for none. */
  readonly snapshot: {readonly size: string | undefined} | undefined;
}

/** Keys that the answers settle, one way or the other: what `[DEFAULT]` says of them does not count. */
export const SETTLED_KEYS = [
  'source_path',
  'connection_command',
  'target_path',
  'create_target_if_missing',
  'grow_target',
  'target_patch_dir',
  'apply_patch_in_place',
  'lvm_snapshot_enabled',
  'lvm_snapshot_size',
  'lvm_snapshot_autoextend',
  'disabled',
] as const satisfies readonly TaskKeyName[];

/** Adds a fifth to a snapshot that is full to four fifths. */
const USUAL_AUTOEXTEND = '80%+20%';

/** The answers in keys of a configuration, in the order in which people read them. */
export function keysOfAnswers(answers: TaskAnswers): ReadonlyMap<TaskKeyName, string> {
  const {patchDir, snapshot} = answers;
  const keys: [TaskKeyName, string | undefined][] = [
    ['source_path', answers.sourcePath],
    ['connection_command', answers.connectionCommand],
    ['target_path', answers.targetPath],
    ['create_target_if_missing', answers.createsTarget ? 'yes' : undefined],
    ['grow_target', answers.growsTarget ? 'yes' : undefined],
    ['target_patch_dir', patchDir],
    ['apply_patch_in_place', patchDir === undefined ? 'yes' : undefined],
    ['bdsync_args', answers.bdsyncArgs],
    ['lvm_snapshot_enabled', snapshot && 'yes'],
    ['lvm_snapshot_size', snapshot?.size],
    ['lvm_snapshot_autoextend', snapshot?.size === undefined ? undefined : USUAL_AUTOEXTEND],
  ];
  return new Map(keys.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** The command that starts others on a machine; runs have nobody to type a password. */
export function sshCommand(login: string): string {
  return `ssh -o BatchMode=yes ${quoteWord(login)}`;
}
