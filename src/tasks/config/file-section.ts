import type {ConfigError, ConfigPlace} from './config-error.js';
import {type ConfigOption, type ConfigSection, DEFAULT_SECTION} from './config-parser.js';
import {InterpolationFault, interpolate} from './interpolation.js';
import {KeyFault} from './key-fault.js';
import {nearestName} from './nearest-name.js';
import {stripBlanks} from './python-text.js';
import {quoted} from './quoted.js';
import {TASK_KEYS, isTaskKeyName, keyRule} from './task-keys.js';
import {type TaskSource, makeError} from './task-source.js';

/** A section and the file that has it. */
export interface PlacedSection {
  readonly file: string;
  readonly section: ConfigSection;
}

/** Where a value stands. */
export interface PlacedOption extends ConfigOption {
  readonly file: string;
  /** Of the section that has it: the task's own, or `[DEFAULT]`. */
  readonly section: string;
}

/** A section of a configuration file, as a task sees it: its own options, then those of `[DEFAULT]`, the nearest first. */
export class FileSection implements TaskSource {
  readonly #own: PlacedSection;
  readonly #inherited: readonly PlacedSection[];

  constructor(own: PlacedSection, inherited: readonly PlacedSection[]) {
    this.#own = own;
    this.#inherited = inherited;
  }

  /** What the section has or inherits under a name. */
  find(name: string): PlacedOption | undefined {
    for (const {file, section} of [this.#own, ...this.#inherited]) {
      const option = section.options.get(name);
      if (option) return {...option, file, section: section.name};
    }
    return undefined;
  }

  textOf(key: string): string | undefined {
    const option = this.find(key);
    if (!option) return undefined;
    try {
      return stripBlanks(interpolate(option.value, (name) => this.find(name)?.value));
    } catch (error) {
      if (!(error instanceof InterpolationFault)) throw error;
      const hint = error.hint ?? this.#hintForReference(error.reference);
      const isQuotable = error.raw !== undefined && !(isTaskKeyName(key) && keyRule(key).isSecret);
      const message = isQuotable ? `${error.message}: ${quoted(error.raw)}` : error.message;
      throw new KeyFault(message, {code: 'config-interpolation', hint, cause: error});
    }
  }

  nameOf(key: string): string {
    return key;
  }

  errorOf(key: string, fault: KeyFault): ConfigError {
    const {file: ownFile, section} = this.#own;
    const {file, line} = this.find(key) ?? {file: ownFile, line: section.line};
    const place: ConfigPlace = {file, line, section: section.name, key};
    const isInherited = this.find(key) !== undefined && !section.options.has(key);
    const where = `${file}:${line}: [${section.name}] ${key}${isInherited ? ` (from [${DEFAULT_SECTION}])` : ''}`;
    if (fault.code !== 'config-missing-key') return makeError(where, fault, place);
    const hint = fault.hint ?? this.#hintForMissing(key);
    return makeError(where, new KeyFault(fault.message, {code: fault.code, hint}), place);
  }

  #options(): ConfigOption[] {
    return [this.#own, ...this.#inherited].flatMap(({section}) => [...section.options.values()]);
  }

  #hintForReference(reference: string | undefined): string | undefined {
    if (reference === undefined) return undefined;
    const names = this.#options().map(({name}) => name);
    const nearest = nearestName(reference, names);
    return nearest === undefined ? undefined : `did you mean '%(${nearest})s'?`;
  }

  /** Why a key may be missing although somebody wrote it. */
  #hintForMissing(key: string): string | undefined {
    const known = TASK_KEYS.map(({name}) => name);
    for (const {name, line, value} of this.#options()) {
      if (!isTaskKeyName(name) && nearestName(name, known) === key) return `line ${line} says '${name}'`;
      if (indentedKeys(value).includes(key)) return `it is in an indented line, which continues the value of '${name}'`;
    }
    if (this.#own.section.name.toUpperCase() !== DEFAULT_SECTION) return undefined;
    return `only [${DEFAULT_SECTION}], in capital letters, is inherited by the other sections`;
  }
}

/** The keys that a continued value holds as if they were options of their own: lines indented by mistake. */
export function indentedKeys(value: string): string[] {
  const names = value
    .split('\n')
    .slice(1)
    .map((line) => /^([^\s=:]+)\s*[=:]/.exec(line)?.[1]?.toLowerCase());
  return names.filter((name) => name !== undefined && isTaskKeyName(name));
}
