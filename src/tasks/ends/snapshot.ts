import {randomUUID} from 'node:crypto';
import type {Host} from '../../hosts/host.js';
import {localHost} from '../../hosts/local-host.js';
import {findLeftoverSnapshots, removeLeftover} from '../../lvm/leftovers.js';
import type {Lvm} from '../../lvm/lvm.js';
import {takeSnapshot} from '../../lvm/snapshot.js';
import {snapshotTags} from '../../lvm/tags.js';
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

/** Takes the snapshot that the task asks for; without one, the source is read as it is. */
export async function openConsistentSource(request: SourceRequest): Promise<ConsistentSource> {
  const {sourcePath, snapshot: config, task, taskId, leftovers, signal} = request;
  if (config === undefined) {
    return {path: sourcePath, requireValid: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve()};
  }
  const {name, size, programPath} = config;
  const tags = snapshotTags({task, taskId, runId: randomUUID()});
  // Before it exists: what is created in the next moment is found by its tags if this process dies in the one after.
  const record: SnapshotRecord = {kind: 'snapshot', programPath, tags};
  await leftovers.add(record);
  const snapshot = await takeSnapshot(lvmHere(programPath), {sourcePath, name, size, tags, signal}).catch(
    async (error: unknown) => {
      await leftovers.drop(record);
      throw error;
    },
  );
  return {
    path: snapshot.path,
    requireValid: (until) => snapshot.requireValid(until),
    async [Symbol.asyncDispose]() {
      await snapshot.remove();
      await leftovers.drop(record);
    },
  };
}

/** Removes the snapshot of a run that was killed: by the tags of that one run, which no other volume carries. */
export async function removeLeftSnapshot({programPath, tags}: SnapshotRecord): Promise<string[]> {
  const lvm = lvmHere(programPath);
  const removed: string[] = [];
  for (const {vg, name, uuid, originUuid} of await findLeftoverSnapshots(lvm, tags)) {
    if (originUuid === undefined) continue;
    await removeLeftover(lvm, {vg, name, uuid, originUuid, tags});
    removed.push(`${vg}/${name}`);
  }
  return removed;
}

function lvmHere(programPath: string, host: Host = localHost()): Lvm {
  return {programPath, run: (words, options) => host.run(words, options)};
}
