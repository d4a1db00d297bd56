import {hasWildcard} from './name-glob.js';

/** The volumes that a section with a pattern in its source_path stands for; LVM tells at each run which there are. */
export interface VolumeSet {
  readonly group: string;
  /** Patterns of names: those of source_path, source_include (empty: all) and source_exclude. */
  readonly pattern: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly lvmProgramPath: string;
  /** Take the snapshots of all of them before the first one is copied. */
  readonly snapshotsTogether: boolean;
}

/**
 * Group and pattern of `/dev/GROUP/PATTERN`. Undefined for all else: files are never patterns, and what exists under
 * just this name is meant itself.
 */
export function volumePattern(
  sourcePath: string,
  pathExists: (path: string) => boolean,
): Pick<VolumeSet, 'group' | 'pattern'> | undefined {
  const [, group, pattern] = /^\/dev\/([A-Za-z0-9+_.-]+)\/([^/]+)$/.exec(sourcePath) ?? [];
  if (group === undefined || pattern === undefined || !hasWildcard(pattern)) return undefined;
  return pathExists(sourcePath) ? undefined : {group, pattern};
}
