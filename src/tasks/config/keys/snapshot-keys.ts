import {autoextendValue, commandWords, durationMs, snapshotSize, volumeName} from '../key-values.js';
import {type KeyContext, type KeyRules, flag, optional, withDefault} from '../key-rule.js';
import {snapshotNameTemplate} from '../volume-template.js';
import type {LvmSnapshotConfig} from '../task-config.js';

export interface SnapshotValues {
  readonly lvm_snapshot_enabled: boolean;
  readonly lvm_snapshot_size: string | undefined;
  readonly lvm_snapshot_autoextend: LvmSnapshotConfig['autoextend'];
  readonly lvm_snapshot_name: string;
  readonly lvm_snapshot_together: boolean;
  readonly lvm_program_path: string;
  readonly before_snapshot: readonly string[] | undefined;
  readonly after_snapshot: readonly string[] | undefined;
  readonly snapshot_hook_timeout: number;
}

export const DEFAULT_LVM_PROGRAM = '/sbin/lvm';

export const SNAPSHOT_KEYS: KeyRules<SnapshotValues> = {
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
};

function parseSnapshotName(text: string, {hasManyVolumes}: KeyContext): string {
  return hasManyVolumes ? snapshotNameTemplate(text) : volumeName(text);
}
