import {expect, it} from 'vitest';
import {formatLocalTime} from '#dist/local-time.js';
import type {TargetMark} from '#dist/bdsync/device/target-mark.js';
import type {TargetLease} from '#dist/tasks/ends/target-lease.js';
import {InPlaceWriting} from '#dist/tasks/recovery/in-place-writing.js';
import {tellIncomplete} from '#dist/tasks/recovery/tell-incomplete.js';
import {findUnfinished} from '#dist/tasks/recovery/unfinished-work.js';
import type {IncompleteRecord} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {localTask} from '../../support/local-task.js';

const ORIGIN = '/etc/bdsync-manager.conf';
const MARK: TargetMark = {state: 'incomplete', since: '2024-02-03T04:05:06.000Z', by: 'task home of root@nightly'};

/** A task with what its runs note, and a lease that notes when the mark is to be taken away. */
async function markedTask(mark?: TargetMark) {
  const {context, events} = await localTask();
  const {plan} = context;
  const open = (): Promise<Leftovers> => Leftovers.open(plan.stateDir, taskId(plan.task, ORIGIN));
  const leftovers = await open();
  let clearings = 0;
  const lease: TargetLease = {
    lost: new Promise(() => {}),
    sizeBytes: undefined,
    lastingIdentity: undefined,
    mark,
    patchOptions: ['--mark=x'],
    confirm: () => Promise.resolve(),
    clearMark: async () => void (clearings += 1),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const record = (changes: Partial<IncompleteRecord> = {}): IncompleteRecord => {
    const {connection, quoting, path: targetPath} = plan.target;
    return {kind: 'incomplete', connection, quoting, targetPath, since: '2023-01-02T03:04:05.000Z', ...changes};
  };
  return {
    context,
    leftovers,
    lease,
    record,
    writing: new InPlaceWriting(plan, leftovers, lease),
    noted: async () => (await open()).list(),
    unfinished: () => findUnfinished(plan, ORIGIN),
    tell: () => tellIncomplete(context, leftovers, lease),
    logs: () => events.flatMap((event) => (event.kind === 'log' ? [`${event.level}: ${event.message}`] : [])),
    clearings: () => clearings,
  };
}

it('is noted from its begin to its end, and known without a look at any host', async () => {
  const {writing, noted, unfinished, context, clearings} = await markedTask();
  expect(writing.patchOptions).toEqual(['--mark=x']);
  await writing.begin();
  await writing.begin();
  expect(await noted()).toHaveLength(1);
  expect(await unfinished()).toEqual([
    {kind: 'in-place', host: 'env …', target: context.plan.target.path, since: expect.stringMatching(/Z$/)},
  ]);
  await writing.end();
  expect(await noted()).toEqual([]);
  expect(clearings()).toBe(0);
});

it('notes of what could not be finished since when the target is whole, and asks for no run', async () => {
  const {writing, leftovers, noted, record, unfinished} = await markedTask();
  const application = {...record(), kind: 'application', path: '/p/patch-1.bdsync', program: ['bdsync'], options: []};
  const ofAnother = {...application, kind: 'application', targetPath: '/srv/another.img'} as const;
  await leftovers.add({...application, kind: 'application'});
  await leftovers.add(ofAnother);
  await writing.end();
  const [first] = await noted();
  expect(await noted()).toEqual([{...application, wholeSince: expect.stringMatching(/Z$/)}, ofAnother]);
  expect(await unfinished()).toMatchObject([{kind: 'given-up', patchPath: '/p/patch-1.bdsync'}, {kind: 'sealed'}]);
  // Since then, and not since the last run.
  await writing.end();
  expect((await noted())[0]).toEqual(first);
});

it('keeps the note of an earlier run, and takes it away with its own, with the mark there', async () => {
  const {writing, leftovers, noted, record, clearings} = await markedTask(MARK);
  await leftovers.add(record());
  const other = record({targetPath: '/srv/another.img'});
  await leftovers.add(other);
  await writing.begin();
  expect(await noted()).toEqual([record(), other]);
  await writing.end();
  expect(await noted()).toEqual([other]);
  expect(clearings()).toBe(1);
});

it('is told by the next run: by the mark, else by the note', async () => {
  const marked = await markedTask(MARK);
  await marked.leftovers.add(marked.record());
  await marked.tell();
  const {path} = marked.context.plan.target;
  const byMark = `${path} on env … was incomplete since ${formatLocalTime(MARK.since)} (task home of root@nightly); compared anew`;
  expect(marked.context.teller.notes).toEqual([byMark]);
  expect(marked.logs()).toEqual([`info: ${byMark}`]);

  const noted = await markedTask();
  await noted.leftovers.add(noted.record());
  await noted.tell();
  expect(noted.context.teller.notes).toEqual([
    `${noted.context.plan.target.path} on env … was incomplete since ${formatLocalTime('2023-01-02T03:04:05.000Z')}; compared anew`,
  ]);
  expect(await noted.noted()).toHaveLength(1);

  const neither = await markedTask();
  await neither.tell();
  expect([neither.context.teller.notes, neither.logs()]).toEqual([[], []]);
});

it('that cannot be read is told with the reason', async () => {
  const {tell, context} = await markedTask({state: 'unreadable', reason: 'it is damaged'});
  await tell();
  expect(context.teller.notes).toEqual([
    `${context.plan.target.path} on env … was marked as incomplete, by a mark that cannot be read: it is damaged; compared anew`,
  ]);
});

it('of a target that the task has no more is told of once', async () => {
  const {tell, leftovers, record, noted, logs} = await markedTask();
  await leftovers.add(record({connection: ['ssh', 'store'], targetPath: '/srv/old.img'}));
  await tell();
  await tell();
  expect(logs()).toEqual([
    `warning: /srv/old.img on ssh store, which this task wrote before, is incomplete since ${formatLocalTime('2023-01-02T03:04:05.000Z')}`,
  ]);
  expect(await noted()).toEqual([]);
});
