import {TaskError} from '../task-error.js';
import {configurationOf, thisMachine} from './configuration.js';
import type {FileSection} from './file-section.js';
import {KeyFault} from './key-fault.js';
import type {KeyContext} from './key-rule.js';
import {fileSection, readConfigFiles} from './read-config-files.js';
import {TASK_KEYS, type TaskKey} from './task-keys.js';
import {volumePattern} from './volume-set.js';

/** What a configuration comes to, and where each value of it stands. */
export interface ExplainedConfiguration {
  readonly file: string;
  readonly included: readonly string[];
  readonly tasks: readonly ExplainedTask[];
}

export interface ExplainedTask {
  readonly task: string;
  readonly file: string;
  /** Of the section's header. */
  readonly line: number;
  /** `set`: it stands for many volumes. */
  readonly state: 'valid' | 'set' | 'invalid';
  readonly errors: readonly string[];
  readonly values: readonly ExplainedValue[];
}

export interface ExplainedValue {
  readonly key: string;
  /** With all that it refers to put in its place; what is used here and now for an unset key, where nothing sets it. */
  readonly value: string;
  readonly origin: ValueOrigin;
}

export type ValueOrigin =
  | {readonly kind: 'default'}
  /** `section` is the task's, or `DEFAULT`. */
  | {readonly kind: 'file'; readonly file: string; readonly line: number; readonly section: string};

/** In place of a value that nobody should read over a shoulder. */
const SECRET = '(not shown)';

/** @throws ConfigError for what concerns the files as a whole; TaskError 'unknown-task' for a name that no task has. */
export async function explainConfiguration(
  file: string,
  names: readonly string[],
  surroundings = thisMachine(),
): Promise<ExplainedConfiguration> {
  const files = await readConfigFiles(file);
  const byName = new Map(configurationOf(files, surroundings).tasks.map((task) => [task.name, task]));
  const tasks = [files.main, ...files.included].flatMap((each) =>
    each.sections.map((section): ExplainedTask => {
      const {name, line} = section;
      const task = byName.get(name);
      const errors = task?.state === 'invalid' ? task.errors.map(({message}) => message) : [];
      const own = fileSection(files, each, section);
      const context = {
        ...surroundings,
        targetIsRemote: valueOf(own, 'connection_command') !== '',
        hasManyVolumes: volumePattern(valueOf(own, 'source_path'), surroundings.pathExists) !== undefined,
      };
      const values = TASK_KEYS.map((key) => explainValue(key, own, context));
      return {task: name, file: each.path, line, state: task?.state ?? 'invalid', errors, values};
    }),
  );
  const unknown = names.find((name) => !tasks.some(({task}) => task === name));
  if (unknown !== undefined) {
    const known = tasks.map(({task}) => task).join(', ');
    const hint = known === '' ? `${file} has no tasks` : `${file} has the tasks ${known}`;
    throw new TaskError('unknown-task', `unknown task '${unknown}'`, {hint});
  }
  const wanted = names.length === 0 ? tasks : tasks.filter(({task}) => names.includes(task));
  return {file, included: files.included.map(({path}) => path), tasks: wanted};
}

function explainValue(rule: TaskKey, section: FileSection, context: KeyContext): ExplainedValue {
  const {name: key, isSecret} = rule;
  const option = section.find(key);
  const text = valueOf(section, key);
  if (option === undefined || text === '') return {key, value: usedDefault(rule, context), origin: {kind: 'default'}};
  const {file, line, section: name} = option;
  return {key, value: isSecret ? SECRET : text, origin: {kind: 'file', file, line, section: name}};
}

/** A default that depends on the task, the user or the environment as what it comes to now. */
function usedDefault({defaultText, whenUnset}: TaskKey, context: KeyContext): string {
  try {
    const value = whenUnset(context);
    return typeof value === 'string' ? value : defaultText;
  } catch (error) {
    if (error instanceof KeyFault) return defaultText;
    throw error;
  }
}

function valueOf(section: FileSection, key: string): string {
  const option = section.find(key);
  return option === undefined ? '' : textOf(section, key, option.value);
}

/** What cannot be worked out is an error of the task already, and told as it was written. */
function textOf(section: FileSection, key: string, raw: string): string {
  try {
    return section.textOf(key) ?? '';
  } catch (error) {
    if (error instanceof KeyFault) return raw;
    throw error;
  }
}
