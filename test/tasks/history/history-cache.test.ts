import {join} from 'node:path';
import {expect, it} from 'vitest';
import {appendRecord} from '#dist/tasks/history/append-record.js';
import {HistoryCache} from '#dist/tasks/history/history-cache.js';
import {endedRecord} from '../../support/run-records.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

it('reads a file once, until it is another one', async () => {
  const stateDir = await temporaryFolder();
  const cache = new HistoryCache();
  expect((await cache.read(stateDir, 'home-1')).records).toEqual([]);
  await appendRecord(stateDir, 'home-1', endedRecord('1'));
  const first = await cache.read(stateDir, 'home-1');
  expect(first.records).toEqual([endedRecord('1')]);
  expect(await cache.read(stateDir, 'home-1')).toBe(first);
  await appendRecord(stateDir, 'home-1', endedRecord('2'));
  expect((await cache.read(stateDir, 'home-1')).records).toHaveLength(2);
  expect((await cache.read(join(stateDir, 'elsewhere'), 'home-1')).records).toEqual([]);
});
