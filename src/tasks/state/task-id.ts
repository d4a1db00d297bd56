import {createHash} from 'node:crypto';

/**
 * A file name for what belongs to one task of one configuration: readable, and unique although names may hold any
 * character and two configurations may name their tasks alike. `origin` is the configuration's real path.
 */
export function taskId(name: string, origin: string): string {
  const readable = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 60);
  const unique = createHash('sha256').update(`${origin}\0${name}`).digest('hex').slice(0, 12);
  return `${readable}-${unique}`;
}
