import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {packageFile} from '../../package-file.js';
import type {ParallelLimits} from '../parallel/next-to-start.js';

export interface ScheduledRun {
  readonly configFile: string;
  /** In their order; all enabled ones when empty. */
  readonly tasks: readonly string[];
  /** Several at once; one after the other when undefined. */
  readonly limits?: ParallelLimits | undefined;
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
  {configFile, tasks, limits}: ScheduledRun,
  {node, program}: ProgramPaths,
  options: readonly string[] = [],
): string[] {
  // Behind `=`, a name that begins with a hyphen is no option.
  const chosen = tasks.map((task) => `--task=${task}`);
  const atOnce = limits === undefined ? [] : [`--jobs=${limits.jobs}`, `--jobs-per-host=${limits.jobsPerHost}`];
  return [node, program, 'run', `--config=${resolve(configFile)}`, ...chosen, ...atOnce, ...options];
}
