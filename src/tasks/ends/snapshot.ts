import {randomUUID} from 'node:crypto';
import {localHost} from '../../hosts/local-host.js';
import {findLeftoverSnapshots, removeLeftover} from '../../lvm/leftovers.js';
import type {Lvm} from '../../lvm/lvm.js';
import {LvmError} from '../../lvm/lvm-error.js';
import type {Snapshot} from '../../lvm/snapshot.js';
import {snapshotTags} from '../../lvm/tags.js';
import {type AroundCreation, takeTogether, type TogetherRequest} from '../../lvm/take-together.js';
import type {LvmSnapshotConfig} from '../config/task-config.js';
import type {Leftovers, SnapshotRecord} from '../state/leftovers.js';

/** What is read in a run: the source itself, or a snapshot of it. */
export interface ConsistentSource extends AsyncDisposable {
  readonly path: string;
  /** Rejects when what was read until now is not the image of one moment. */
  requireValid(signal: AbortSignal): Promise<void>;
}

interface SourceRequest {
  readonly sourcePath: string;
  readonly snapshot: LvmSnapshotConfig | undefined;
  readonly task: string;
  readonly taskId: string;
  readonly leftovers: Leftovers;
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
  const {outcomes} = await openTogether([{...request, snapshot}], {lvmAt});
  const [outcome] = outcomes;
  if (outcome?.status === 'fulfilled') return outcome.value;
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
    around,
  );
  const sources: PromiseSettledResult<ConsistentSource>[] = [];
  for (const [index, {request, toTake, record}] of wanted.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status === 'fulfilled') {
      sources.push({status: 'fulfilled', value: snapshotSource(outcome.value, request.leftovers, record)});
    } else {
      await dropUnlessLeft(toTake.lvm, request.leftovers, record);
      sources.push({status: 'rejected', reason: outcome?.reason});
    }
  }
  return {outcomes: sources, spanMs};
}

function wantedSnapshot(
  {sourcePath, snapshot: {name, size, programPath}, task, taskId, leftovers, signal}: SnapshotSourceRequest,
  lvmAt: LvmAt,
): {readonly toTake: TogetherRequest; readonly record: SnapshotRecord} {
  const tags = snapshotTags({task, taskId, runId: randomUUID()});
  const record: SnapshotRecord = {kind: 'snapshot', programPath, tags};
  // Before it exists: what is created in the next moment is found by its tags if this process dies in the one after.
  const beforeCreation = (): Promise<void> => leftovers.add(record);
  return {toTake: {lvm: lvmAt(programPath), sourcePath, name, size, tags, beforeCreation, signal}, record};
}

function sourceAsItIs(path: string): ConsistentSource {
  return {path, requireValid: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve()};
}

function snapshotSource(snapshot: Snapshot, leftovers: Leftovers, record: SnapshotRecord): ConsistentSource {
  return {
    path: snapshot.path,
    requireValid: (until) => snapshot.requireValid(until),
    async [Symbol.asyncDispose]() {
      await snapshot.remove();
      await leftovers.drop(record);
    },
  };
}

/** A record is for what is there, and for what may be: a failed or killed lvcreate does not always leave nothing. */
async function dropUnlessLeft(lvm: Lvm, leftovers: Leftovers, record: SnapshotRecord): Promise<void> {
  if (!leftovers.list().includes(record)) return;
  try {
    if ((await findLeftoverSnapshots(lvm, record.tags)).length === 0) await leftovers.drop(record);
  } catch {
    // The next run looks again. What failed first is to be told.
  }
}

/**
 * Removes the snapshot of a run that was killed: by the tags of that one run, which no other volume carries.
 *
 * @throws LvmError 'snapshot-not-ours' for a volume with these tags that is no snapshot: one that was never finished,
 *   or that somebody made something else of; and what `removeLeftover` throws.
 */
export async function removeLeftSnapshot(
  {programPath, tags}: SnapshotRecord,
  signal: AbortSignal,
  lvmAt: LvmAt = lvmOfThisMachine,
): Promise<string[]> {
  const lvm = lvmAt(programPath);
  const removed: string[] = [];
  for (const {vg, name, uuid, originUuid} of await findLeftoverSnapshots(lvm, tags, {signal})) {
    const fullName = `${vg}/${name}`;
    if (originUuid === undefined) {
      throw new LvmError('snapshot-not-ours', `left ${fullName} alone: it was made for a run, but is no snapshot`, {
        hint: `if nobody needs it: lvremove ${fullName}`,
      });
    }
    await removeLeftover(lvm, {vg, name, uuid, originUuid, tags}, signal);
    removed.push(fullName);
  }
  return removed;
}

function lvmOfThisMachine(programPath: string): Lvm {
  const host = localHost();
  return {programPath, run: (words, options) => host.run(words, options)};
}
