import {ExpectedError, messageOf} from '../../errors.js';
import type {HostPool} from '../ends/host-pool.js';
import type {ApplicationRecord, IncompleteRecord, Leftover, UnknownRecord} from './leftover.js';
import type {Leftovers} from './leftovers.js';
import {UNKNOWN_NOTE_HINT, unknownNoteText} from './unknown-note-text.js';
import type {SnapshotHooks} from '../config/task-config.js';
import {payDebt} from '../ends/snapshot-hooks.js';
import {type LvmAt, removeLeftSnapshot} from '../ends/snapshot.js';
import {removePatch} from '../programs/remove-patch.js';
import type {Teller} from '../task-context.js';

export interface LeftoversRequest {
  readonly leftovers: Leftovers;
  readonly pool: Pick<HostPool, 'host'>;
  readonly teller: Pick<Teller, 'log'>;
  /** Of the task's snapshot, as it is configured now. */
  readonly hooks?: SnapshotHooks | undefined;
  readonly signal: AbortSignal;
}

/**
 * Takes away what an earlier run of the task noted and could not remove. What cannot be removed now stays noted, and so
 * does a patch of which the application began, that a target is incomplete, and what cannot be understood, which is told.
 */
export async function removeLeftovers(request: LeftoversRequest, lvmAt?: LvmAt): Promise<void> {
  const {leftovers, teller, signal} = request;
  // First what may keep others waiting.
  const records = leftovers.list().toSorted((a, b) => urgency(b) - urgency(a));
  for (const record of records) {
    if (record.kind === 'application' || record.kind === 'incomplete') continue;
    if (record.kind === 'unknown') {
      teller.log('warning', `${unknownNoteText(record.file)} (${UNKNOWN_NOTE_HINT})`);
      continue;
    }
    try {
      for (const what of await remove(record, request, lvmAt)) {
        teller.log('info', `removed ${what}, left by an interrupted run`);
      }
      await leftovers.drop(record);
    } catch (error) {
      if (signal.aborted) throw error;
      teller.log('warning', `what an interrupted run left is still there: ${textOf(error)}`);
    }
  }
}

function urgency({kind}: Leftover): number {
  return kind === 'after-snapshot' ? 1 : 0;
}

async function remove(
  record: Exclude<Leftover, ApplicationRecord | IncompleteRecord | UnknownRecord>,
  {pool, teller, hooks, signal}: LeftoversRequest,
  lvmAt: LvmAt | undefined,
): Promise<readonly string[]> {
  switch (record.kind) {
    case 'file':
      await removePatch(pool.host(record), record, signal);
      return [record.path];
    case 'snapshot':
      return await removeLeftSnapshot(record, signal, lvmAt);
    case 'after-snapshot':
      await payDebt(record, hooks, teller);
      return [];
    default:
      return record satisfies never;
  }
}

function textOf(error: unknown): string {
  const hint = error instanceof ExpectedError ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)} (${hint})`;
}
