import {createHash} from 'node:crypto';
import {realpath} from 'node:fs/promises';
import {resolve} from 'node:path';

/**
 * A file name for what belongs to one task of one configuration: readable, and unique although names may hold any
 * character and two configurations may name their tasks alike. `origin` is the configuration's real path.
 */
export function taskId(name: string, origin: string): string {
  const readable = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 60);
  const unique = createHash('sha256').update(`${origin}\0${name}`).digest('hex').slice(0, 12);
  return `${readable}-${unique}`;
}

/** Whose runs a file in the state folder is about. */
export interface TaskOwner {
  readonly task: string;
  readonly origin: string;
}

/** Stands for the configuration of a task that was given on the command line. */
export const COMMAND_LINE_ORIGIN = 'command line';

/** What tells the tasks of one configuration from those of others. */
export async function configOrigin(configFile: string): Promise<string> {
  return await realpath(configFile).catch(() => resolve(configFile));
}
