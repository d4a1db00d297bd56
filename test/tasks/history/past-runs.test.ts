import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, it} from 'vitest';
import {pastRuns} from '#dist/tasks/history/past-runs.js';
import {isAlive, ownIdentity, type ProcessIdentity} from '#dist/tasks/history/process-identity.js';
import {endedRecord, startedRecord} from '../../support/run-records.js';

const HERE: ProcessIdentity = {pid: 4711, startTicks: 5, bootId: 'this'};
const isHere = (identity: ProcessIdentity): boolean => identity.bootId === 'this';

it('are those that ended, each once', () => {
  const records = [startedRecord('1'), endedRecord('1'), endedRecord('without a start')];
  expect(pastRuns(records, false, isHere).map(({state, record}) => `${state} ${record.run}`)).toEqual([
    'ended 1',
    'ended without a start',
  ]);
});

it('are those without an end: under way while their process is there, else they did not end', () => {
  const records = [
    startedRecord('killed'),
    startedRecord('1', {process: HERE}),
    startedRecord('waits', {process: HERE}),
    endedRecord('1'),
    startedRecord('nobody', {process: undefined}),
  ];
  expect(pastRuns(records, false, isHere).map(({state, record}) => `${state} ${record.run}`)).toEqual([
    'did-not-end killed',
    'under-way waits',
    'ended 1',
    'did-not-end nobody',
  ]);
});

it('go on as long as somebody holds the lock, if only the last one that has not ended', () => {
  const records = [startedRecord('1'), startedRecord('2'), startedRecord('3'), endedRecord('3')];
  expect(pastRuns(records, true, isHere).map(({state, record}) => `${state} ${record.run}`)).toEqual([
    'did-not-end 1',
    'under-way 2',
    'ended 3',
  ]);
});

it('know a process by more than its number', async () => {
  const own = ownIdentity();
  if (own === undefined) throw new Error('there is no /proc');
  expect(isAlive(own)).toBe(true);
  expect(isAlive({...own, startTicks: own.startTicks + 1})).toBe(false);
  expect(isAlive({...own, bootId: 'another'})).toBe(false);
  const child = spawn('true');
  await once(child, 'close');
  expect(isAlive({...own, pid: child.pid ?? 0})).toBe(false);
});
