import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type Configuration, loadConfiguration} from '#dist/tasks/config/configuration.js';
import type {TaskConfig} from '#dist/tasks/config/task-config.js';
import {temporaryFolder} from './temporary-folder.js';

/** What the tests take for the machine: a home folder and a user. */
export const SURROUNDINGS = {
  homeFolderOf: (user?: string) => (user === undefined ? '/home/me' : {backup: '/srv/backup'}[user]),
  defaultStateDir: () => '/var/lib/state',
  pathExists: (path: string) => path === '/dev/vg0/odd[1]',
};

/** Loads `text` as a file; messages have `x.conf` for its path. */
export async function readConfig(text: string | Uint8Array): Promise<Configuration> {
  const file = join(await temporaryFolder(), 'x.conf');
  await writeFile(file, text);
  return loadConfiguration(file, SURROUNDINGS);
}

/** `task: [x.conf:LINE …, hint: …]` of every task that is invalid. */
export function errorsOf({file, tasks}: Configuration): Record<string, string[]> {
  const invalid = tasks.flatMap((task) => (task.state === 'invalid' ? [task] : []));
  return Object.fromEntries(invalid.map(({name, errors}) => [name, errors.map((error) => told(error, file))]));
}

/** A message and its hint in one line, with `x.conf` for the path of the file. */
export function told({message, hint}: {message: string; hint: string | undefined}, file: string): string {
  return (hint === undefined ? message : `${message} (${hint})`).replaceAll(file, 'x.conf');
}

/** The one task of a text that must be valid. */
export async function readOneTask(text: string): Promise<TaskConfig> {
  const configuration = await readConfig(text);
  const [task] = configuration.tasks;
  if (task?.state === 'valid') return task.config;
  throw new Error(JSON.stringify(errorsOf(configuration)));
}
