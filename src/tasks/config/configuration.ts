import {existsSync} from 'node:fs';
import {defaultStateDir} from '../../state-dir.js';
import {ConfigError} from './config-error.js';
import type {ConfigWarning} from './config-warning.js';
import {homeFolderOf} from './home-folder.js';
import {KeyFault} from './key-fault.js';
import type {NotifyConfig} from './notify-config.js';
import {quoted} from './quoted.js';
import {type ConfigFiles, fileSection, readConfigFiles} from './read-config-files.js';
import {type Surroundings, readTask} from './read-task.js';
import {secretWarnings} from './secret-warnings.js';
import {referencedKeys, sectionWarnings} from './section-warnings.js';
import {sharedTargetWarnings} from './shared-target-warnings.js';
import type {TaskConfig} from './task-config.js';
import {isTaskKeyName} from './task-keys.js';
import {OptionSource} from './task-source.js';
import {valueWarnings} from './value-warnings.js';
import {type VolumeSet, volumePattern} from './volume-set.js';

/** A configuration file, read with those that it includes: its tasks in the order of the files. */
export interface Configuration {
  readonly file: string;
  readonly tasks: readonly ConfiguredTask[];
  /** About each `[DEFAULT]`, which belongs to every task and to none. */
  readonly warnings: readonly ConfigWarning[];
}

/** One section: a task, many of them, or everything that keeps it from being one. */
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
      readonly state: 'set';
      /** What all volumes share; where they differ, it has the words that stand for a volume. */
      readonly config: TaskConfig;
      readonly set: VolumeSet;
      readonly warnings: readonly ConfigWarning[];
    }
  | {
      readonly name: string;
      readonly line: number;
      readonly state: 'invalid';
      /** These four as far as they can be told. */
      readonly disabled: boolean;
      readonly stateDir?: string | undefined;
      readonly metricsFile?: string | undefined;
      readonly notify: NotifyConfig;
      readonly errors: readonly ConfigError[];
      readonly warnings: readonly ConfigWarning[];
    };

/**
 * Reads a configuration file. A fault in one section makes that task invalid and no other.
 *
 * @throws ConfigError 'config-unreadable' or 'config-syntax' for what concerns the file as a whole.
 */
export async function loadConfiguration(file: string, surroundings = thisMachine()): Promise<Configuration> {
  return configurationOf(await readConfigFiles(file), surroundings);
}

/** What files that were read come to. */
export function configurationOf(files: ConfigFiles, surroundings = thisMachine()): Configuration {
  const all = [files.main, ...files.included];
  const referenced = referencedKeys(all.flatMap(({defaults, sections}) => [defaults, ...sections]));
  const read = all.flatMap((each) =>
    each.sections.map((section) => {
      const {name, line} = section;
      const source = fileSection(files, each, section);
      const values = readTask(name, source, surroundings);
      const warnings = [
        ...sectionWarnings(each.path, section, referenced),
        ...(each.isReadableByAll ? secretWarnings(each.path, section) : []),
        ...(values.state === 'invalid' ? [] : valueWarnings(values.config, source)),
      ];
      const task: ConfiguredTask = {name, line, warnings, ...values};
      return {task, source};
    }),
  );
  const shared = sharedTargetWarnings(
    read.flatMap(({task, source}) => (task.state === 'valid' ? [{config: task.config, source}] : [])),
  );
  const tasks = read.map(({task}): ConfiguredTask => {
    const warning = shared.get(task.name);
    return warning ? {...task, warnings: [...task.warnings, warning]} : task;
  });
  const warnings = all.flatMap((each) => [
    ...sectionWarnings(each.path, each.defaults, referenced, each === files.main),
    ...(each.isReadableByAll ? secretWarnings(each.path, each.defaults) : []),
  ]);
  return {file: files.main.path, tasks, warnings};
}

/**
 * A task from the values of its keys, without a file. `optionName` tells how a user writes a key; messages have it.
 *
 * @throws ConfigError with everything that is wrong.
 */
export function taskConfigFrom(
  name: string,
  values: Readonly<Record<string, string>>,
  optionName: (key: string) => string = longOptionName,
  surroundings = thisMachine(),
): TaskConfig {
  const source = new OptionSource(values, optionName);
  const {source_path: sourcePath = ''} = values;
  if (volumePattern(sourcePath, surroundings.pathExists)) {
    throw source.errorOf('source_path', manyVolumesFault(sourcePath));
  }
  const strangers = Object.keys(values).filter((key) => !isTaskKeyName(key));
  const unknown = strangers.map((key) => source.errorOf(key, new KeyFault('is unknown', {code: 'config-unknown-key'})));
  const task = readTask(name, source, surroundings);
  if (task.state !== 'invalid' && unknown.length === 0) return task.config;
  throw combined(task.state === 'invalid' ? [...unknown, ...task.errors] : unknown);
}

export function thisMachine(): Surroundings {
  return {homeFolderOf, defaultStateDir, pathExists: existsSync};
}

function manyVolumesFault(sourcePath: string): KeyFault {
  return new KeyFault(`${quoted(sourcePath)} stands for many volumes, and this is a task for one`, {
    hint: 'write a section of a configuration file for it',
  });
}

function longOptionName(key: string): string {
  return `--${key.replaceAll('_', '-')}`;
}

function combined(errors: readonly ConfigError[]): ConfigError {
  const [first] = errors;
  const message = errors.map((error) => error.message).join('; ');
  return new ConfigError(first?.code ?? 'config-value', message, {key: first?.key}, {hint: first?.hint});
}
