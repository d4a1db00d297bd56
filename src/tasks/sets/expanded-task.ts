import type {ExpectedError} from '../../errors.js';
import type {ConfiguredTask} from '../config/configuration.js';
import type {NotifyConfig} from '../config/notify-config.js';

/** A task as it is run, checked and listed: a section that stands for many volumes has become as many tasks. */
export interface ExpandedTask {
  readonly task: Exclude<ConfiguredTask, {state: 'set'}> | UnusableTask;
  readonly byName: boolean;
  /** The section of many volumes that it comes from. */
  readonly section: string | undefined;
  /** Its snapshot is taken with those of the others of its section. */
  readonly snapshotTogether: boolean;
  /** What else the section would stand for and does not, and why; with its first task. */
  readonly leftOut: readonly string[];
}

/** A volume that cannot be copied now, or a section of which the volumes cannot be told. */
export interface UnusableTask {
  readonly state: 'unusable';
  readonly name: string;
  readonly error: ExpectedError;
  /** Of its section, as are the next two. */
  readonly stateDir: string;
  readonly metricsFile: string | undefined;
  readonly notify: NotifyConfig;
  readonly warnings: ConfiguredTask['warnings'];
}
