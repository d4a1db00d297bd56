import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {packageFile} from '../../package-file.js';

export interface ScheduledRun {
  readonly configFile: string;
  /** In their order; all enabled ones when empty. */
  readonly tasks: readonly string[];
}

/** How the program is started: by its absolute paths, whatever the search path of the scheduler is. */
export interface ProgramPaths {
  readonly node: string;
  readonly program: string;
}

export function ownPaths(): ProgramPaths {
  return {node: process.execPath, program: fileURLToPath(packageFile('bin/bdsync-manager.js'))};
}

/** The words of a run that a scheduler starts. */
export function scheduledCommand(
  {configFile, tasks}: ScheduledRun,
  {node, program}: ProgramPaths,
  options: readonly string[] = [],
): string[] {
  // Behind `=`, a name that begins with a hyphen is no option.
  const chosen = tasks.map((task) => `--task=${task}`);
  return [node, program, 'run', `--config=${resolve(configFile)}`, ...chosen, ...options];
}
