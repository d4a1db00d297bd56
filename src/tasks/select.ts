import type {Configuration, ConfiguredTask} from './config/configuration.js';
import {isInSet} from './sets/is-in-set.js';
import {TaskError} from './task-error.js';

/** A task of the configuration that a run was asked for. */
export interface SelectedTask {
  readonly configured: ConfiguredTask;
  /** Named on the command line, as opposed to one of all. */
  readonly byName: boolean;
  /** Of a section of many volumes, only these; all of them when undefined. */
  readonly volumes?: readonly string[] | undefined;
}

/**
 * All tasks in file order, or the named ones in the order given, each once. `SECTION/VOLUME` is one volume of a section
 * that stands for many; what is wanted of such a section comes together, where it is named first.
 */
export function selectTasks(configuration: Configuration, names: readonly string[]): SelectedTask[] {
  if (names.length === 0) return configuration.tasks.map((configured) => ({configured, byName: false}));
  const found = names.map((name) => ({name, ...findTask(configuration, name)}));
  const unknown = found.filter(({configured}) => configured === undefined);
  if (unknown.length > 0) {
    const known = configuration.tasks.map(({name}) => name);
    const leftOut = unknown.find(({volume}) => volume !== undefined);
    throw new TaskError('unknown-task', `unknown task ${unknown.map(({name}) => `'${name}'`).join(', ')}`, {
      hint: leftOut
        ? `the patterns of its section leave the volume ${leftOut.volume} out`
        : known.length > 0
          ? `${configuration.file} has the tasks ${known.join(', ')}`
          : `${configuration.file} has no tasks`,
    });
  }
  const selected = new Map<string, SelectedTask>();
  for (const {configured, volume} of found) {
    if (configured === undefined) continue;
    const earlier = selected.get(configured.name);
    const isAll = volume === undefined || (earlier !== undefined && earlier.volumes === undefined);
    const volumes = isAll ? undefined : [...new Set([...(earlier?.volumes ?? []), volume])];
    selected.set(configured.name, {configured, byName: true, volumes});
  }
  return [...selected.values()];
}

interface FoundTask {
  readonly configured?: ConfiguredTask | undefined;
  readonly volume?: string;
}

/** A section of just this name comes first: its name may well have a slash. */
function findTask({tasks}: Configuration, name: string): FoundTask {
  const section = tasks.find((task) => task.name === name);
  if (section) return {configured: section};
  const slash = name.lastIndexOf('/');
  const volume = name.slice(slash + 1);
  const configured = tasks.find((task) => slash > 0 && task.name === name.slice(0, slash));
  if (configured?.state !== 'set' || volume === '') return {};
  return isInSet(configured.set, volume) ? {configured, volume} : {volume};
}
