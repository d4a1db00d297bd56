import {stat} from 'node:fs/promises';
import {readConfigFiles} from './read-config-files.js';

/**
 * The names of the sections of a configuration, whatever is in them: to offer them to somebody who types. What is no
 * file might never end, and has no names.
 *
 * @throws ConfigError, or the error of the system, for a file that cannot be read.
 */
export async function namesOfTasks(file: string): Promise<string[]> {
  if (!(await stat(file)).isFile()) return [];
  const {main, included} = await readConfigFiles(file);
  return [main, ...included].flatMap(({sections}) => sections.map(({name}) => name));
}
