import {quoteWord} from '../../hosts/quote.js';
import type {ConfigSection} from './config-parser.js';
import type {ConfigWarning} from './config-warning.js';
import {stripBlanks} from './python-text.js';
import {isTaskKeyName, keyRule} from './task-keys.js';

/** About secrets in a section of a file that every user of the machine may read; for `check`. */
export function secretWarnings(file: string, section: ConfigSection): readonly ConfigWarning[] {
  return [...section.options.values()]
    .filter(({name, value}) => isTaskKeyName(name) && keyRule(name).isSecret && stripBlanks(value) !== '')
    .map(({name: key, line}) => ({
      file,
      line,
      section: section.name,
      key,
      message: `${file}:${line}: [${section.name}] ${key}: this is a secret, and every user of this machine may read the file`,
      hint: `chmod o-r ${quoteWord(file)}`,
      likelyMistake: false,
    }));
}
