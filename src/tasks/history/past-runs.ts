import {isAlive} from './process-identity.js';
import type {EndedRecord, RunRecord, StartedRecord} from './run-record.js';

/** What is known of one run of a task. */
export type PastRun =
  | {readonly state: 'ended'; readonly record: EndedRecord}
  | {readonly state: 'under-way'; readonly record: StartedRecord}
  /** It was killed, or the machine went down, or its end could not be remembered. */
  | {readonly state: 'did-not-end'; readonly record: StartedRecord};

/**
 * The runs that records tell of, in the order in which they came to their end, or were last heard of. `isLocked`:
 * somebody holds the lock of the task, so that the last one to begin may go on although its process is not to be seen.
 */
export function pastRuns(
  records: readonly RunRecord[],
  isLocked: boolean,
  isStillThere: typeof isAlive = isAlive,
): PastRun[] {
  const ended = new Set(records.flatMap(({kind, run}) => (kind === 'ended' ? [run] : [])));
  const open = records.filter((record) => record.kind === 'started' && !ended.has(record.run));
  return records.flatMap((record): PastRun[] => {
    if (record.kind === 'ended') return [{state: 'ended', record}];
    if (ended.has(record.run)) return [];
    const isThere = record.process !== undefined && isStillThere(record.process);
    const goesOn = isThere || (isLocked && record === open.at(-1));
    return [{state: goesOn ? 'under-way' : 'did-not-end', record}];
  });
}
