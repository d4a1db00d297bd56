import {TASK_KEYS} from '../../../tasks/config/task-keys.js';
import {optionName} from './sync-option-name.js';

/** What follows a key in a hint, ` = yes` or ` = VALUE`; a flag's `yes` is the option itself. */
const SETTING = '(?: = (yes|\\S+))?';

const KEY_IN_TEXT = new RegExp(`\\b(${TASK_KEYS.map(({name}) => name).join('|')})\\b${SETTING}`, 'g');

/** A hint that names keys of a configuration, for somebody who has options: `create_target_if_missing = yes` …  */
export function nameOptions(hint: string): string {
  return hint.replaceAll(KEY_IN_TEXT, (_, key: string, value: string | undefined) => {
    const option = optionName(key);
    return value === undefined || value === 'yes' ? option : `${option}=${value}`;
  });
}
