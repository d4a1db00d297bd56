import {matchesGlob} from '../config/name-glob.js';
import type {VolumeSet} from '../config/volume-set.js';

/** Whether a volume of this name is meant by the patterns of a section; what is excluded is out, whatever includes it. */
export function isInSet({pattern, include, exclude}: VolumeSet, name: string): boolean {
  const matchesSome = (globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(glob, name));
  return matchesGlob(pattern, name) && (include.length === 0 || matchesSome(include)) && !matchesSome(exclude);
}
