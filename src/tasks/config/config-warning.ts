import type {ConfigPlace} from './config-error.js';
import type {KeyFault} from './key-fault.js';
import type {TaskSource} from './task-source.js';

/** What a user should look at, although it keeps no task from running. */
export interface ConfigWarning extends ConfigPlace {
  /** Names its place, as a ConfigError does. */
  readonly message: string;
  readonly hint: string | undefined;
  /** Most probably a mistake, worth telling on every run; otherwise for `check` only. */
  readonly likelyMistake: boolean;
}

/** A warning about the value of a key, led by where that stands. */
export function warningOf(source: TaskSource, key: string, fault: KeyFault, likelyMistake: boolean): ConfigWarning {
  const {file, line, section, message, hint} = source.errorOf(key, fault);
  return {file, line, section, key, message, hint, likelyMistake};
}
