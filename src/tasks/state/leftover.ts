/** Something that a run makes and must take away again, or begins and must end. */
export type Leftover =
  | FileRecord
  | ApplicationRecord
  | IncompleteRecord
  | SnapshotRecord
  | AfterSnapshotRecord
  | UnknownRecord;

/** A file on the target's host. */
export interface FileRecord {
  readonly kind: 'file';
  /** Words that reach the host it is on; empty: this machine. */
  readonly connection: readonly string[];
  readonly quoting: 'auto' | 'shell' | 'none';
  readonly path: string;
  /** What the folder that it is in is known by; not in records of earlier versions, nor where that cannot be told. */
  readonly folder?: string;
}

/**
 * A sealed patch on the target's host of which the application began, or was about to. It is never removed like a file,
 * but finished or undone: the target may be between old and new.
 */
export interface ApplicationRecord extends Omit<FileRecord, 'kind'> {
  readonly kind: 'application';
  readonly targetPath: string;
  /** Starts bdsync there. */
  readonly program: readonly string[];
  /** That the patch is applied with, beside the target and itself. */
  readonly options: readonly string[];
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601: it could not be finished, and a run that compared anew had brought the target in step by then. */
  readonly wholeSince?: string;
  /** A later run was about to compare the target anew: what is stored must never be written to it again. */
  readonly isObsolete?: boolean;
}

/**
 * A target that is written as the patch comes, or without a seal: it may be between old and new until a run has completed
 * it. There is nothing to be removed.
 */
export interface IncompleteRecord extends Omit<FileRecord, 'kind' | 'path' | 'folder'> {
  readonly kind: 'incomplete';
  readonly targetPath: string;
  /** ISO 8601. */
  readonly since: string;
  /** Not in records of earlier versions. */
  readonly cause?: IncompleteCause;
}

/** `unsealed`: a stored patch is applied that has no seal. `lost`: what was stored with a seal could not be used any more. */
export type IncompleteCause = (typeof INCOMPLETE_CAUSES)[number];

export const INCOMPLETE_CAUSES = ['in-place', 'unsealed', 'lost'] as const;

/** An LVM snapshot of the source, known by tags that no other one carries. */
export interface SnapshotRecord {
  readonly kind: 'snapshot';
  readonly programPath: string;
  readonly tags: readonly string[];
  /** What else identifies it; not in records of earlier versions. */
  readonly volume?: VolumeRecord | undefined;
}

export interface VolumeRecord {
  readonly vg: string;
  readonly name: string;
  readonly originUuid: string;
  /** Known as soon as it exists. */
  readonly uuid?: string;
}

/** An after_snapshot that is still to be run, with what its environment is to tell. */
export interface AfterSnapshotRecord {
  readonly kind: 'after-snapshot';
  readonly task: string;
  readonly sourcePath: string;
  readonly snapshotName: string;
}

/** Of a newer version, or damaged. It names nothing that may be removed, and may tell of a target between old and new. */
export interface UnknownRecord {
  readonly kind: 'unknown';
  /** Where it stands. */
  readonly file: string;
  /** Written again as it was read: one record, or all that the file has where nothing of it could be made out. */
  readonly content: unknown;
}
