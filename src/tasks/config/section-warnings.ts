import type {ConfigPlace} from './config-error.js';
import type {ConfigWarning} from './config-warning.js';
import type {ConfigOption, ConfigSection} from './config-parser.js';
import {indentedKeys} from './file-section.js';
import {INCLUDE_KEY} from './include-key.js';
import {referencedNames} from './interpolation.js';
import {nearestName} from './nearest-name.js';
import {TASK_KEYS, isTaskKeyName} from './task-keys.js';

/** All names that `%(…)s` refer to in any of `sections`: such options may be variables of the user's own. */
export function referencedKeys(sections: readonly ConfigSection[]): ReadonlySet<string> {
  const options = sections.flatMap((section) => [...section.options.values()]);
  return new Set(options.flatMap(({value}) => referencedNames(value)));
}

/** Warnings about what the section itself holds, not about what it inherits. `[DEFAULT]` of the main file may include others. */
export function sectionWarnings(
  file: string,
  section: ConfigSection,
  referenced: ReadonlySet<string>,
  mayInclude = false,
): readonly ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  for (const option of section.options.values()) {
    const {name: key, line} = option;
    const place = {file, line, section: section.name, key};
    const where = `${file}:${line}: [${section.name}] ${key}`;
    const isKnown = isTaskKeyName(key) || (mayInclude && key === INCLUDE_KEY);
    if (!isKnown)
      warnings.push({...place, ...unknownKey(where, option, {isReferenced: referenced.has(key), mayInclude})});
    for (const swallowed of indentedKeys(option.value)) {
      const message = `${where}: its value goes on with an indented line that sets '${swallowed}'`;
      const hint = `for an option of its own, remove the blanks before '${swallowed}'`;
      warnings.push({...place, message, hint, likelyMistake: true});
    }
  }
  return warnings;
}

function unknownKey(
  where: string,
  {name}: ConfigOption,
  {isReferenced, mayInclude}: {readonly isReferenced: boolean; readonly mayInclude: boolean},
): Omit<ConfigWarning, keyof ConfigPlace> {
  if (isReferenced) {
    const message = `${where}: not a key, but a variable that %(${name})s uses`;
    return {message, hint: undefined, likelyMistake: false};
  }
  if (name === INCLUDE_KEY) {
    const hint = 'only [DEFAULT] of the file that is named with --config may include others';
    return {message: `${where}: nothing is included here`, hint, likelyMistake: true};
  }
  const known = TASK_KEYS.map((key): string => key.name);
  const nearest = nearestName(name, mayInclude ? [...known, INCLUDE_KEY] : known);
  return {
    message: `${where}: unknown key`,
    hint: nearest === undefined ? undefined : `did you mean '${nearest}'?`,
    likelyMistake: nearest !== undefined,
  };
}
