import {formatBytes} from '../../units.js';
import type {DiffOutcome} from '../diff-outcome.js';
import {whyUnsealed} from '../ends/choose-seal.js';
import type {PatchRoomReport} from '../report.js';
import type {TaskContext} from '../task-context.js';
import {leastJournal} from './least-journal.js';
import {roomError} from './room-error.js';

/**
 * What there is, and what the patch of this outcome and its journal would need.
 *
 * @throws TaskError 'disk-full' when that certainly is too little.
 */
export function patchRoomFor(
  context: TaskContext,
  freeBytes: number | undefined,
  outcome?: DiffOutcome,
): PatchRoomReport | undefined {
  const {flow} = context.plan;
  if (flow.kind !== 'patch-file' || freeBytes === undefined) return undefined;
  if (outcome === undefined) return {freeBytes, neededBytes: undefined};
  const {patchBytes, differingBytes} = outcome;
  const journalBytes = whyUnsealed(context) === undefined ? leastJournal(differingBytes, outcome) : 0;
  const neededBytes = patchBytes + journalBytes;
  if (freeBytes >= neededBytes) return {freeBytes, neededBytes};
  const parts = [`${formatBytes(patchBytes)} of patch`];
  if (journalBytes > 0) parts.push(`at least ${formatBytes(journalBytes)} of undo journal`);
  const {patchDir} = flow;
  const place = `${patchDir} on ${context.host.name}`;
  throw roomError(patchDir, `no room in ${place}: ${formatBytes(freeBytes)} left, needed for ${parts.join(' and ')}`);
}
