import type {Configuration} from '../config/configuration.js';
import {DEFAULT_LVM_PROGRAM} from '../config/keys/snapshot-keys.js';
import {isThin} from '../../lvm/find-origin.js';
import {type LvmAt, lvmOfThisMachine} from '../ends/snapshot.js';
import {selectTasks} from '../select.js';
import {configOrigin} from '../state/task-id.js';
import {cleanSnapshots, recordKey} from './clean-snapshots.js';
import {type FoundSnapshot, findSnapshots} from './find-snapshots.js';
import type {ReportedSnapshot, SnapshotReport} from './snapshot-report.js';
import {SnapshotPlaces} from './snapshot-places.js';

export interface SnapshotsRequest {
  readonly configuration: Configuration;
  /** Only what these tasks made; all when empty. */
  readonly names: readonly string[];
  /** Remove what is left over. */
  readonly clean: boolean;
  readonly signal: AbortSignal;
}

interface Surroundings {
  readonly lvmAt: LvmAt;
  readonly now: () => number;
}

/**
 * Tells which snapshots of ours there are on this machine, and what they are: in use, left over, or neither. Removes
 * those that are left over when that is asked for.
 *
 * @throws TaskError 'unknown-task'; LvmError 'lvm-denied', 'lvm-failed', 'lvm-report'.
 */
export async function reportSnapshots(
  {configuration, names, clean, signal}: SnapshotsRequest,
  {lvmAt, now}: Surroundings = {lvmAt: lvmOfThisMachine, now: Date.now},
): Promise<SnapshotReport> {
  selectTasks(configuration, names);
  const places = new SnapshotPlaces(configuration, await configOrigin(configuration.file));
  const search = {places, programPaths: programPathsOf(configuration), lvmAt, signal};
  const isAskedFor = ({task}: {readonly task: string | undefined}): boolean =>
    names.length === 0 || (task !== undefined && names.some((name) => isMeant(configuration, name, task)));
  const base = {configFile: configuration.file, clean};
  const before = await findSnapshots(search);
  const {missingProgram} = before;
  const found = before.snapshots.filter(isAskedFor);
  if (!clean) return {...base, missingProgram, snapshots: found.map((snapshot) => reported(snapshot, now()))};

  const left = found.filter(({verdict}) => verdict.state === 'left-over');
  const toClean = new Map(
    [...places.ofConfiguration().filter(isAskedFor), ...left.flatMap((snapshot) => snapshot.places)].map((place) => [
      `${place.stateDir}\0${place.taskId}`,
      place,
    ]),
  );
  const troubles = await cleanSnapshots({places: [...toClean.values()], lvmAt, signal});
  const after = (await findSnapshots(search)).snapshots.filter(isAskedFor);
  const isThere = new Set(after.map(({volume}) => volume.uuid));
  const removed = left.filter(({volume}) => !isThere.has(volume.uuid));
  return {
    ...base,
    missingProgram,
    snapshots: [
      ...removed.map((snapshot): ReportedSnapshot => ({...reported(snapshot, now()), state: 'removed'})),
      ...after.map((snapshot) => reported(snapshot, now(), troubles)),
    ],
  };
}

/** A section of many volumes stands for the tasks of all of them. */
function isMeant({tasks}: Configuration, name: string, task: string): boolean {
  const isSet = tasks.some((configured) => configured.name === name && configured.state === 'set');
  return task === name || (isSet && task.startsWith(`${name}/`));
}

/** Those of the tasks, and the usual one for what `bdsync-manager sync` made. */
function programPathsOf({tasks}: Configuration): string[] {
  const configured = tasks.flatMap((task) =>
    task.state !== 'invalid' && task.config.lvmSnapshot !== undefined ? [task.config.lvmSnapshot.programPath] : [],
  );
  return [...new Set([...configured, DEFAULT_LVM_PROGRAM])];
}

function reported(
  {volume, task, verdict}: FoundSnapshot,
  now: number,
  troubles: ReadonlyMap<string, string> = new Map(),
): ReportedSnapshot {
  const {vg, name, uuid, origin, createdAt, sizeBytes, usedPercent} = volume;
  const kind = origin === undefined ? undefined : isThin(volume) ? 'thin' : 'classic';
  const fullName = `${vg}/${name}`;
  return {
    task,
    volume: fullName,
    uuid,
    origin: origin === undefined ? undefined : `${vg}/${origin}`,
    kind,
    createdAt: createdAt?.toISOString(),
    ageSeconds: createdAt && Math.max(Math.round((now - createdAt.getTime()) / 1000), 0),
    roomBytes: kind === 'classic' ? sizeBytes : undefined,
    usedPercent: kind === 'classic' ? usedPercent : undefined,
    state: verdict.state,
    reason: verdict.state === 'left-over' ? troubles.get(recordKey(verdict.record)) : verdict.reason,
    hint: verdict.state === 'doubtful' ? `if nobody needs it: lvremove ${fullName}` : undefined,
  };
}
