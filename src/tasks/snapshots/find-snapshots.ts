import {listVolumes} from '../../lvm/list-volumes.js';
import {LvmError} from '../../lvm/lvm-error.js';
import type {LogicalVolume} from '../../lvm/lvs-report.js';
import {snapshotOwner} from '../../lvm/tags.js';
import type {LvmAt} from '../ends/snapshot.js';
import type {SnapshotRecord} from '../state/leftover.js';
import {compareWithRecord, isAbout} from '../state/recorded-snapshot.js';
import {type Place, type PlaceView, type SnapshotPlaces, viewPlace} from './snapshot-places.js';

/** A volume that is ours by its tags, or that our records are about. */
export interface FoundSnapshot {
  readonly volume: LogicalVolume;
  readonly task: string | undefined;
  readonly places: readonly Place[];
  readonly verdict: Verdict;
}

type Verdict =
  | {readonly state: 'left-over'; readonly record: SnapshotRecord}
  | {readonly state: 'in-use' | 'other-configuration' | 'doubtful'; readonly reason: string};

interface SearchRequest {
  readonly places: SnapshotPlaces;
  readonly programPaths: readonly string[];
  readonly lvmAt: LvmAt;
  readonly signal: AbortSignal;
}

interface FoundSnapshots {
  readonly snapshots: readonly FoundSnapshot[];
  /** The first of the programs, when none of them is there. */
  readonly missingProgram: string | undefined;
}

/**
 * All snapshots of ours, the oldest first, each with what it is. Takes no lock.
 *
 * @throws LvmError 'lvm-denied', 'lvm-failed', 'lvm-report'.
 */
export async function findSnapshots(request: SearchRequest): Promise<FoundSnapshots> {
  const {volumes, missingProgram} = await listAll(request);
  const known = await viewAll(request.places.ofConfiguration());
  const found: FoundSnapshot[] = [];
  for (const volume of volumes) {
    const snapshot = await judge(volume, request.places, known);
    if (snapshot !== undefined) found.push(snapshot);
  }
  // A run that ended meanwhile has removed its snapshot and released the lock: only what is there now was left by one.
  const isCertain = found.every(({verdict}) => verdict.state === 'in-use');
  const there = new Set((isCertain ? volumes : (await listAll(request)).volumes).map(({uuid}) => uuid));
  return {
    missingProgram,
    snapshots: found
      .filter(({volume}) => there.has(volume.uuid))
      .toSorted((one, other) => timeOf(one.volume) - timeOf(other.volume)),
  };
}

async function listAll({programPaths, lvmAt, signal}: SearchRequest): Promise<{
  readonly volumes: readonly LogicalVolume[];
  readonly missingProgram: string | undefined;
}> {
  const byUuid = new Map<string, LogicalVolume>();
  let missing = 0;
  for (const programPath of programPaths) {
    try {
      for (const volume of await listVolumes(lvmAt(programPath), {signal})) byUuid.set(volume.uuid, volume);
    } catch (error) {
      if (!(error instanceof LvmError) || error.code !== 'lvm-missing') throw error;
      missing += 1;
    }
  }
  return {
    volumes: [...byUuid.values()],
    missingProgram: missing === programPaths.length ? programPaths[0] : undefined,
  };
}

async function viewAll(places: readonly Place[]): Promise<PlaceView[]> {
  const views: PlaceView[] = [];
  for (const place of places) views.push(await viewPlace(place));
  return views;
}

async function judge(
  volume: LogicalVolume,
  places: SnapshotPlaces,
  known: readonly PlaceView[],
): Promise<FoundSnapshot | undefined> {
  const owner = snapshotOwner(volume.tags);
  const recorder = known.find(({records}) => records.some((record) => isAbout(record, volume)))?.place;
  if (owner === undefined && recorder === undefined) return undefined;
  const told = places.of(owner ?? {});
  const homes = told.places.length === 0 && recorder !== undefined ? [recorder] : told.places;
  const verdict = judgeBy(volume, told.isOurs, await viewAll(homes));
  return {volume, task: recorder?.task ?? owner?.task ?? homes[0]?.task, places: homes, verdict};
}

function judgeBy(volume: LogicalVolume, isOurs: boolean, views: readonly PlaceView[]): Verdict {
  const holder = views.find((view) => view.holder !== undefined)?.holder;
  if (holder !== undefined) return {state: 'in-use', reason: holder === '' ? 'by a run that is under way' : holder};
  if (!isOurs) return {state: 'other-configuration', reason: 'a task of another configuration file made it'};
  if (views.length === 0) return {state: 'doubtful', reason: 'its tags do not tell which task it was made for'};
  const record = views.flatMap(({records}) => records).find((candidate) => isAbout(candidate, volume));
  if (record === undefined) {
    const trouble = views.find((view) => view.trouble !== undefined)?.trouble;
    const where = views.map(({place}) => place.stateDir).join(', ');
    return {state: 'doubtful', reason: trouble ?? `no run has recorded it in ${where}`};
  }
  const comparison = compareWithRecord(volume, record);
  return comparison.kind === 'ours' ? {state: 'left-over', record} : {state: 'doubtful', reason: comparison.difference};
}

function timeOf({createdAt}: LogicalVolume): number {
  return createdAt?.getTime() ?? 0;
}
