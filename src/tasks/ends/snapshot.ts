import {randomUUID} from 'node:crypto';
import {localHost} from '../../hosts/local-host.js';
import {findLeftoverSnapshots, removeLeftover} from '../../lvm/leftovers.js';
import type {Lvm} from '../../lvm/lvm.js';
import {listVolumes} from '../../lvm/list-volumes.js';
import {notOurs} from '../../lvm/remove-snapshot.js';
import type {PlannedSnapshot} from '../../lvm/create-snapshot.js';
import type {Snapshot} from '../../lvm/snapshot.js';
import {snapshotTags} from '../../lvm/tags.js';
import {type AroundCreation, takeTogether, type TogetherRequest} from '../../lvm/take-together.js';
import type {LvmSnapshotConfig} from '../config/task-config.js';
import type {SnapshotFill} from '../report.js';
import type {SnapshotRecord} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import {compareWithRecord, isAbout} from '../state/recorded-snapshot.js';
import {SnapshotNote} from '../state/snapshot-note.js';
import type {Teller} from '../task-context.js';
import type {TaskError} from '../task-error.js';
import {SnapshotWatch} from '../watch/snapshot-watch.js';
import {notePoolFill} from './note-pool-fill.js';
import {requireThawed} from './require-thawed.js';
import {withSnapshotHooks} from './snapshot-hooks.js';

/** What is read in a run: the source itself, or a snapshot of it. */
export interface ConsistentSource extends AsyncDisposable {
  readonly path: string;
  /** Resolves when what is read is not the image of one moment any more, as far as that is seen meanwhile. */
  readonly lost: Promise<Error>;
  /** Rejects when what was read until now is not the image of one moment. To be called when nothing more is read. */
  requireValid(signal: AbortSignal): Promise<void>;
  /** How full a snapshot with a room of its own became. */
  fill(): SnapshotFill | undefined;
  /** What of the hook behind the snapshot failed, to be told at the end: the snapshot itself is good. */
  readonly afterFailure?: TaskError | undefined;
}

export interface SourceRequest {
  readonly sourcePath: string;
  readonly snapshot: LvmSnapshotConfig | undefined;
  readonly task: string;
  readonly taskId: string;
  readonly leftovers: Leftovers;
  readonly teller: Teller;
  readonly signal: AbortSignal;
}

/** The LVM of this machine, by the path of its program. */
export type LvmAt = (programPath: string) => Lvm;

/** Takes the snapshot that the task asks for; without one, the source is read as it is. */
export async function openConsistentSource(
  request: SourceRequest,
  lvmAt: LvmAt = lvmOfThisMachine,
): Promise<ConsistentSource> {
  const {snapshot} = request;
  if (snapshot === undefined) return sourceAsItIs(request.sourcePath);
  let afterFailure: TaskError | undefined;
  const around: AroundCreation = async (create) => {
    afterFailure = await withSnapshotHooks(snapshot.hooks, {...request, snapshotName: snapshot.name}, create);
  };
  const {outcomes} = await openTogether([{...request, snapshot}], {lvmAt, around});
  const [outcome] = outcomes;
  if (outcome?.status === 'fulfilled') return {...outcome.value, afterFailure};
  throw outcome?.reason;
}

export interface SnapshotSourceRequest extends SourceRequest {
  readonly snapshot: LvmSnapshotConfig;
}

interface OpenedTogether {
  /** One outcome a request, in their order. */
  readonly outcomes: readonly PromiseSettledResult<ConsistentSource>[];
  /** No two of the snapshots were taken further apart. */
  readonly spanMs: number;
}

/** Takes the snapshots of several tasks back to back, with `around` before the first and behind the last. */
export async function openTogether(
  requests: readonly SnapshotSourceRequest[],
  {lvmAt = lvmOfThisMachine, around}: {readonly lvmAt?: LvmAt; readonly around?: AroundCreation | undefined} = {},
): Promise<OpenedTogether> {
  const wanted = requests.map((request) => ({request, ...wantedSnapshot(request, lvmAt)}));
  const {outcomes, spanMs} = await takeTogether(
    wanted.map(({toTake}) => toTake),
    around && ((create) => around(() => createFromThawed(requests, create))),
  );
  const sources: PromiseSettledResult<ConsistentSource>[] = [];
  for (const [index, {request, toTake, note}] of wanted.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status === 'fulfilled') {
      sources.push(await settled(snapshotSource(outcome.value, request, toTake.lvm, note)));
    } else {
      await dropUnlessLeft(toTake.lvm, note);
      sources.push({status: 'rejected', reason: outcome?.reason});
    }
  }
  return {outcomes: sources, spanMs};
}

async function settled<Value>(work: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

/** A hook of the user's own may have frozen what LVM is about to freeze. */
async function createFromThawed(
  requests: readonly SnapshotSourceRequest[],
  create: () => Promise<void>,
): Promise<void> {
  for (const {sourcePath, snapshot} of requests) if (snapshot.hooks?.before) await requireThawed(sourcePath);
  await create();
}

function wantedSnapshot(
  {sourcePath, snapshot: {name, size, programPath}, task, taskId, leftovers, signal}: SnapshotSourceRequest,
  lvmAt: LvmAt,
): {readonly toTake: TogetherRequest; readonly note: SnapshotNote} {
  const tags = snapshotTags({task, taskId, runId: randomUUID()});
  const note = new SnapshotNote(leftovers, {programPath, tags});
  // Before it exists: what is created in the next moment is found by its tags if this process dies in the one after.
  const beforeCreation = (planned: PlannedSnapshot): Promise<void> => note.plan(planned);
  return {toTake: {lvm: lvmAt(programPath), sourcePath, name, size, tags, beforeCreation, signal}, note};
}

function sourceAsItIs(path: string): ConsistentSource {
  return {
    path,
    lost: new Promise(() => {}),
    requireValid: () => Promise.resolve(),
    fill: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** From now on the snapshot is known by its uuid as well. One that cannot be recorded is not kept. */
async function snapshotSource(
  snapshot: Snapshot,
  {snapshot: {autoextend}, teller, signal}: SnapshotSourceRequest,
  lvm: Lvm,
  note: SnapshotNote,
): Promise<ConsistentSource> {
  try {
    await note.complete(snapshot.uuid);
  } catch (error) {
    await snapshot.remove().then(
      () => note.drop(),
      () => {
        // It is recorded, if not by its uuid: the next run finds it.
      },
    );
    throw error;
  }
  await notePoolFill(lvm, snapshot, teller, signal);
  const watch = new SnapshotWatch({snapshot, policy: autoextend, teller});
  return {
    path: snapshot.path,
    lost: watch.lost,
    async requireValid(until) {
      await watch.requireValid(until);
      await notePoolFill(lvm, snapshot, teller, until);
    },
    fill: () => watch.fill(),
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await snapshot.remove();
      await note.drop();
    },
  };
}

/** A record is for what is there, and for what may be: a failed or killed lvcreate does not always leave nothing. */
async function dropUnlessLeft(lvm: Lvm, note: SnapshotNote): Promise<void> {
  if (!note.isRecorded) return;
  try {
    if ((await findLeftoverSnapshots(lvm, note.tags)).length === 0) await note.drop();
  } catch {
    // The next run looks again. What failed first is to be told.
  }
}

/**
 * Removes the snapshot of a run that was killed: what carries the tags of that one run, or has the recorded uuid, when
 * it is still what was recorded.
 *
 * @throws LvmError 'snapshot-not-ours' for what differs: it is left alone; and what `removeLeftover` throws.
 */
export async function removeLeftSnapshot(
  record: SnapshotRecord,
  signal: AbortSignal,
  lvmAt: LvmAt = lvmOfThisMachine,
): Promise<string[]> {
  const lvm = lvmAt(record.programPath);
  const removed: string[] = [];
  for (const volume of await listVolumes(lvm, {signal})) {
    if (!isAbout(record, volume)) continue;
    const found = compareWithRecord(volume, record);
    if (found.kind === 'doubtful') throw notOurs(volume, found.difference);
    if ((await removeLeftover(lvm, found.identity, signal)) === 'removed') removed.push(`${volume.vg}/${volume.name}`);
  }
  return removed;
}

export function lvmOfThisMachine(programPath: string): Lvm {
  const host = localHost();
  return {programPath, run: (words, options) => host.run(words, options)};
}
