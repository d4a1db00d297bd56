import type {ConfigError, ConfigPlace} from './config-error.js';
import type {TaskConfig} from './task-config.js';

/** A configuration file, read: its tasks in the order of the file. */
export interface Configuration {
  readonly file: string;
  readonly tasks: readonly ConfiguredTask[];
  /** About `[DEFAULT]`, which belongs to every task and to none. */
  readonly warnings: readonly ConfigWarning[];
}

/** One section: a task, or everything that keeps it from being one. */
export type ConfiguredTask =
  | {
      readonly name: string;
      /** Of the section's header. */
      readonly line: number;
      readonly state: 'valid';
      readonly config: TaskConfig;
      readonly warnings: readonly ConfigWarning[];
    }
  | {
      readonly name: string;
      readonly line: number;
      readonly state: 'invalid';
      /** As far as it can be told. */
      readonly disabled: boolean;
      readonly errors: readonly ConfigError[];
      readonly warnings: readonly ConfigWarning[];
    };

/** What a user should look at, although the task can run. */
export interface ConfigWarning extends ConfigPlace {
  /** Names its place, as a ConfigError does. */
  readonly message: string;
  readonly hint: string | undefined;
  /** Most probably a mistake, worth telling on every run; otherwise for `check` only. */
  readonly likelyMisspelling: boolean;
}
