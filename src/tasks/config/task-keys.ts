/** The one table of the keys of a task: it drives parsing, messages, suggestions, `sync`'s options and the manual. */
import type {KeyRule, KeyRules} from './key-rule.js';
import {CONNECTION_KEYS, type ConnectionValues} from './keys/connection-keys.js';
import {NOTIFICATION_KEYS, type NotificationValues} from './keys/notification-keys.js';
import {PATCH_KEYS, type PatchValues} from './keys/patch-keys.js';
import {RUN_KEYS, type RunValues} from './keys/run-keys.js';
import {SNAPSHOT_KEYS, type SnapshotValues} from './keys/snapshot-keys.js';
import {SOURCE_AND_TARGET_KEYS, type SourceAndTargetValues} from './keys/source-and-target-keys.js';
import {TRANSFER_KEYS, type TransferValues} from './keys/transfer-keys.js';

/** What the keys of a task come to. */
export interface TaskValues
  extends SourceAndTargetValues,
    ConnectionValues,
    PatchValues,
    TransferValues,
    SnapshotValues,
    RunValues,
    NotificationValues {}

export type TaskKeyName = keyof TaskValues;

const KEY_RULES: KeyRules<TaskValues> = {
  ...SOURCE_AND_TARGET_KEYS,
  ...CONNECTION_KEYS,
  ...PATCH_KEYS,
  ...TRANSFER_KEYS,
  ...SNAPSHOT_KEYS,
  ...RUN_KEYS,
  ...NOTIFICATION_KEYS,
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
