import {posix} from 'node:path';
import {type ConfigWarning, warningOf} from './config-warning.js';
import {KeyFault} from './key-fault.js';
import {targetKey} from './target-key.js';
import type {TaskConfig} from './task-config.js';
import type {TaskSource} from './task-source.js';

/** A task for one volume, and where its values stand. */
export interface PlacedTask {
  readonly config: TaskConfig;
  readonly source: TaskSource;
}

/**
 * By the name of a task: that others write its target from other sources, so that only the last of them has a copy. No
 * error, as it is with the volumes of a pattern, which nobody has written down one by one: here somebody wrote both
 * paths by hand, perhaps for different days, and such configurations have always run.
 */
export function sharedTargetWarnings(tasks: readonly PlacedTask[]): ReadonlyMap<string, ConfigWarning> {
  const writers = new Map<string, PlacedTask[]>();
  for (const task of tasks) {
    const key = targetKey(task.config);
    if (key === undefined) continue;
    const sharing = writers.get(key);
    if (sharing) sharing.push(task);
    else writers.set(key, [task]);
  }
  const warnings = new Map<string, ConfigWarning>();
  for (const sharing of writers.values()) {
    for (const {config, source} of sharing) {
      const others = sharing.filter((other) => sourceKey(other) !== sourceKey({config})).map(nameOf);
      if (others.length > 0) {
        warnings.set(config.name, warningOf(source, 'target_path', sharedTargetFault(others), true));
      }
    }
  }
  return warnings;
}

function sourceKey({config}: Pick<PlacedTask, 'config'>): string {
  return posix.normalize(config.sourcePath);
}

function nameOf({config}: PlacedTask): string {
  return config.name;
}

function sharedTargetFault(others: readonly string[]): KeyFault {
  const told = others.slice(0, MAX_NAMES_TOLD);
  if (others.length > told.length) told.push(`${others.length - told.length} more`);
  const which =
    others.length === 1
      ? 'which has another source: each run overwrites the copy of the other'
      : 'which have other sources: each run overwrites the copies of the others';
  return new KeyFault(`this is the target of ${LIST.format(told)} as well, ${which}`, {
    hint: 'give each task a target_path of its own',
  });
}

const MAX_NAMES_TOLD = 10;
const LIST = new Intl.ListFormat('en-GB');
