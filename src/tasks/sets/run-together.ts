import type {SnapshotSet, TaskReport} from '../report.js';
import type {TaskStart} from '../task-start.js';
import {takeSnapshotTurn} from '../parallel/take-snapshot-turn.js';
import {type OpenedSet, openSet} from './open-set.js';
import {SetMember} from './set-member.js';
import {spanNote} from './span-note.js';

export interface TogetherRun {
  readonly section: string;
  readonly starts: readonly TaskStart[];
  /** What becomes of a report that is there. */
  readonly onReport: (report: TaskReport) => Promise<TaskReport>;
}

/**
 * Runs the tasks of one section of which the snapshots belong together. All of them are made ready first, so that
 * nothing slow comes between the snapshots; then these are taken; then one task after the other copies from its own and
 * removes it. A task that fails on the way does not keep the others from going on. The reports are in the order of the
 * tasks; `onReport` hears of each as soon as it is there.
 */
export async function runTogether({section, starts, onReport}: TogetherRun): Promise<readonly TaskReport[]> {
  const reports: (TaskReport | undefined)[] = starts.map(() => undefined);
  const members = new Map<number, SetMember>();
  const tell = async (index: number, report: TaskReport | undefined): Promise<void> => {
    if (report === undefined) return;
    members.delete(index);
    reports[index] = await onReport(report);
  };
  try {
    for (const [index, start] of starts.entries()) {
      if (start.kind === 'report') {
        await tell(index, start.report);
      } else {
        const member = new SetMember(start.request);
        members.set(index, member);
        await tell(index, await member.makeReady());
      }
    }
    const taken = await takeSnapshots(section, members, tell);
    const missing = reports.flatMap((report) => (report?.state === 'failed' ? [report.task] : []));
    noteSet(members.values(), {...taken, section, snapshots: members.size, missing});
    for (const [index, member] of members) await tell(index, await member.copy());
  } finally {
    // Nobody is left here, unless a defect ended all of this.
    for (const member of members.values()) await member[Symbol.asyncDispose]();
  }
  return reports.filter((report) => report !== undefined);
}

/** Only those with a snapshot go on. */
async function takeSnapshots(
  section: string,
  members: ReadonlyMap<number, SetMember>,
  tell: (index: number, report: TaskReport | undefined) => Promise<void>,
): Promise<Pick<SnapshotSet, 'spanMs' | 'hadBeforeHook'>> {
  const waiting = [...members];
  const {outcomes, spanMs, hadBeforeHook} = await openSetInTurn(
    section,
    waiting.map(([, member]) => member),
  );
  // All of them first: a report takes a moment, and until then nobody else would own what was taken.
  const failures = waiting.map(([, member], index) => member.receive(outcomes[index]));
  for (const [index, [key]] of waiting.entries()) await tell(key, await failures[index]);
  return {spanMs, hadBeforeHook};
}

async function openSetInTurn(section: string, members: readonly SetMember[]): Promise<OpenedSet> {
  const requests = members.map((member) => member.snapshotRequest());
  const [turn] = await Promise.allSettled([turnOf(members)]);
  if (turn.status === 'rejected') return {outcomes: requests.map(() => turn), spanMs: 0, hadBeforeHook: false};
  using _turn = turn.value;
  return await openSet(section, requests);
}

/** Any of them may wait for all. */
async function turnOf(members: readonly SetMember[]): Promise<Disposable | undefined> {
  const [first] = members;
  const sources = members.flatMap((member) => member.sourceClaims());
  return first && (await takeSnapshotTurn(first.run, sources));
}

function noteSet(members: Iterable<SetMember>, set: SnapshotSet): void {
  for (const {run} of members) {
    run.snapshotSet = set;
    run.teller.note(spanNote(set));
  }
}
