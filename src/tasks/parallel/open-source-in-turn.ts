import {type ConsistentSource, openConsistentSource, type SourceRequest} from '../ends/snapshot.js';
import type {TaskRun} from '../task-run.js';
import {takeSnapshotTurn} from './take-snapshot-turn.js';

/** As `openConsistentSource`, when it is this task's turn to take a snapshot. */
export async function openSourceInTurn(run: TaskRun, request: SourceRequest): Promise<ConsistentSource> {
  if (request.snapshot === undefined) return await openConsistentSource(request);
  using _turn = await takeSnapshotTurn(run, []);
  return await openConsistentSource(request);
}
