import {isGroupFull} from './group-full.js';
import {listVolumes} from './list-volumes.js';
import {type Lvm, type LvmOutcome, runLvm, throwLvmFailure} from './lvm.js';
import {LvmError} from './lvm-error.js';
import type {LogicalVolume} from './lvs-report.js';
import {findOrigin, isThin, requireSize, snapshotNameTaken} from './find-origin.js';
import {carriesTags, removeSnapshot, type SnapshotIdentity} from './remove-snapshot.js';

export interface SnapshotRequest {
  /** Any path of the volume, as `findVolume` takes it. */
  readonly sourcePath: string;
  readonly name: string;
  /** Room for changes as lvcreate takes it, `5G`, `10%ORIGIN`, `20%FREE`; a thin origin needs none and ignores it. */
  readonly size: string | undefined;
  /** Together they must be this run's own: by them it recognises what it created. */
  readonly tags: readonly string[];
  /** Called before the snapshot may come into being, so that it can be recorded; when it throws, nothing is created. */
  readonly beforeCreation?: ((planned: PlannedSnapshot) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** All that will identify a snapshot but its uuid. */
export type PlannedSnapshot = Omit<SnapshotIdentity, 'uuid'>;

export interface CreatedSnapshot {
  readonly origin: LogicalVolume;
  readonly volume: LogicalVolume & {readonly path: string; readonly originUuid: string};
}

/** Creation in two steps, so that nothing else comes between those of several snapshots. */
export interface PreparedSnapshot {
  /** Runs lvcreate to its end and nothing else; what is wrong with that is told by `settle`. */
  create(): Promise<void>;
  /**
   * What came of it; to be called once, also when `create` was not. Leaves nothing behind when it throws.
   *
   * @throws the reason of the request's signal; whatever `takeSnapshot` says of creation.
   */
  settle(): Promise<CreatedSnapshot>;
}

/** Finds the origin and lets the caller record what is to come. `takeSnapshot` documents what is thrown. */
export async function prepareSnapshot(lvm: Lvm, request: SnapshotRequest): Promise<PreparedSnapshot> {
  const {signal} = request;
  const origin = await findOrigin(lvm, request.sourcePath, signal);
  const words = ['lvcreate', '--yes', '--snapshot', '--permission', 'r', ...kindWords(origin, request)];
  for (const tag of request.tags) words.push('--addtag', tag);
  signal?.throwIfAborted();
  await request.beforeCreation?.({vg: origin.vg, name: request.name, originUuid: origin.uuid, tags: request.tags});
  let outcome: LvmOutcome | {readonly error: unknown} | undefined;
  return {
    async create() {
      try {
        // Without the signal: to kill it while it has suspended the origin would stop everybody who writes there.
        outcome = await runLvm(lvm, [...words, '--', `${origin.vg}/${origin.name}`]);
      } catch (error) {
        outcome = {error};
      }
    },
    async settle() {
      if (outcome === undefined) {
        signal?.throwIfAborted();
        throw new LvmError('snapshot-lost', `the snapshot ${origin.vg}/${request.name} was not created`);
      }
      return await settleCreation(lvm, origin, request, outcome);
    },
  };
}

async function settleCreation(
  lvm: Lvm,
  origin: LogicalVolume,
  request: SnapshotRequest,
  outcome: LvmOutcome | {readonly error: unknown},
): Promise<CreatedSnapshot> {
  if ('error' in outcome) {
    await removeUnfinished(lvm, origin, request);
    throw outcome.error;
  }
  if (outcome.status !== 0) await throwCreationFailure(lvm, origin, request, outcome);
  const volume = await findOwn(lvm, origin, request);
  if (volume === undefined) {
    throw new LvmError('snapshot-lost', `the snapshot ${origin.vg}/${request.name} vanished as soon as it was created`);
  }
  if (request.signal?.aborted) {
    await removeSnapshot(lvm, volume);
    request.signal.throwIfAborted();
  }
  return {origin, volume};
}

function kindWords(origin: LogicalVolume, {name, size}: SnapshotRequest): string[] {
  // Thin snapshots are born with a flag that keeps them inactive.
  if (isThin(origin)) return ['--setactivationskip', 'n', '--activate', 'y', '--name', name];
  const room = requireSize(origin, size);
  return [room.includes('%') ? '--extents' : '--size', room, '--name', name];
}

/** What this very run created under the name, recognised without a uuid, which nobody could record yet. */
async function findOwn(
  lvm: Lvm,
  origin: LogicalVolume,
  {name, tags}: SnapshotRequest,
): Promise<CreatedSnapshot['volume'] | undefined> {
  const [volume] = await listVolumes(lvm, {name: `${origin.vg}/${name}`});
  if (volume === undefined || !carriesTags(volume, tags) || volume.originUuid !== origin.uuid) return undefined;
  const {path, originUuid} = volume;
  return path === undefined ? undefined : {...volume, path, originUuid};
}

/** After a time-out or a lost connection nobody knows how far lvcreate came. The first failure is the one to tell. */
async function removeUnfinished(lvm: Lvm, origin: LogicalVolume, request: SnapshotRequest): Promise<void> {
  try {
    const volume = await findOwn(lvm, origin, request);
    if (volume !== undefined) await removeSnapshot(lvm, volume);
  } catch {
    // What is left carries the tags of this run, and whoever recorded them finds it.
  }
}

async function throwCreationFailure(
  lvm: Lvm,
  origin: LogicalVolume,
  request: SnapshotRequest,
  outcome: LvmOutcome,
): Promise<never> {
  const fullName = `${origin.vg}/${request.name}`;
  const trouble = `cannot create the snapshot ${fullName} of ${origin.vg}/${origin.name}`;
  const {errorLines} = outcome;
  if (errorLines.some((line) => line.includes('already exists in volume group'))) {
    const [taken] = await listVolumes(lvm, {name: fullName, signal: request.signal});
    throw snapshotNameTaken(origin, request.name, taken, errorLines);
  }
  await removeUnfinished(lvm, origin, request);
  if (isGroupFull(outcome)) {
    throw new LvmError('volume-group-full', `${trouble}: the volume group has no room for ${request.size}`, {
      errorLines,
      hint: `see what is free (vgs ${origin.vg}), and choose a smaller size or extend the group`,
    });
  }
  return throwLvmFailure(trouble, outcome);
}
