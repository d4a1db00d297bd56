import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {settleApplication} from '#dist/tasks/recovery/settle-application.js';
import {type ApplicationRecord, Leftovers} from '#dist/tasks/state/leftovers.js';
import {localTask} from '../../support/local-task.js';

it('what is beside a patch that was removed already goes, and then the note', async () => {
  const {folder, context} = await localTask();
  const record: ApplicationRecord = {
    kind: 'application',
    connection: [],
    quoting: 'auto',
    path: join(folder, 'patch-1.bdsync'),
    targetPath: join(folder, 't.img'),
    program: ['false'],
    options: [],
    since: '2026-01-01T00:00:00.000Z',
  };
  await writeFile(`${record.path}.journal.new`, 'the beginning of a journal');
  const leftovers = await Leftovers.open(join(folder, 'state'), 'home-1');
  await leftovers.add(record);
  const {host, plan, signal} = context;
  const settled = await settleApplication({host, plan, signal, record, leftovers, mode: 'recover'});
  expect(settled).toEqual({kind: 'gone'});
  expect((await readdir(folder)).filter((name) => name.startsWith('patch-'))).toEqual([]);
  expect(leftovers.list()).toEqual([]);
});
