import type {HostPool} from '../ends/host-pool.js';
import type {TaskPlan} from '../plan.js';
import type {GoneTask} from '../recovery/find-gone-tasks.js';
import {inheritedRecords} from '../recovery/inherited-records.js';
import {isGivenUp} from '../recovery/is-given-up.js';
import {remedyThere} from '../recovery/remedy-there.js';
import {
  findUnfinishedRecords,
  GIVEN_UP_HINT,
  RUN_AGAIN_HINT,
  unfinishedText,
  workOf,
} from '../recovery/unfinished-work.js';
import {findUnknownNotes} from '../recovery/unknown-notes.js';
import {UNKNOWN_NOTE_HINT, unknownNoteText} from '../state/unknown-note-text.js';
import type {ApplicationRecord, IncompleteRecord} from '../state/leftover.js';
import type {Finding} from './check-report.js';

export interface UnfinishedSurroundings {
  readonly origin: string;
  /** Tasks that the configuration does not have any more. */
  readonly gone: readonly GoneTask[];
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  /** Whether the target's host has told that it is incomplete: its words say more than a note here. */
  readonly hasMark: boolean;
}

/** What interrupted runs of a task left unfinished, as it is noted here, and what will become of it. */
export async function checkUnfinished(plan: TaskPlan, surroundings: UnfinishedSurroundings): Promise<Finding[]> {
  const {origin, gone, hasMark} = surroundings;
  const findings: Finding[] = [];
  for (const record of [...(await findUnfinishedRecords(plan, origin)), ...inheritedRecords(plan, gone)]) {
    if (record.kind === 'incomplete' && hasMark) continue;
    findings.push({message: unfinishedText(workOf(record)), hint: await hintFor(record, plan, surroundings)});
  }
  for (const file of await findUnknownNotes(plan, origin)) {
    const message = `${unknownNoteText(file)}; the target may be incomplete`;
    findings.push({message, hint: UNKNOWN_NOTE_HINT});
  }
  return findings;
}

/** The same of a task that is disabled: no host is asked, and no run of it comes. */
export async function unfinishedOfDisabled(
  plan: TaskPlan,
  {origin, gone}: Pick<UnfinishedSurroundings, 'origin' | 'gone'>,
): Promise<Finding[]> {
  const works = [...(await findUnfinishedRecords(plan, origin)), ...inheritedRecords(plan, gone)].map(workOf);
  return works.map((work) => ({message: unfinishedText(work), hint: DISABLED_HINTS[work.kind]}));
}

const DISABLED_HINTS = {
  sealed: "'bdsync-manager recover' finishes it, with --rollback it undoes it",
  'in-place': 'the first run after it is enabled again compares anew, and completes the target',
  'given-up': GIVEN_UP_HINT,
};

async function hintFor(
  record: ApplicationRecord | IncompleteRecord,
  plan: TaskPlan,
  {pool, signal}: UnfinishedSurroundings,
): Promise<string> {
  if (record.kind === 'incomplete') return RUN_AGAIN_HINT;
  return isGivenUp(record) ? GIVEN_UP_HINT : await remedyThere(record, {plan, pool, signal});
}
