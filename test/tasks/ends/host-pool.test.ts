import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {HostPool} from '#dist/tasks/ends/host-pool.js';
import {localTask} from '../../support/local-task.js';
import {until} from '../../support/until.js';

test('a task that is stopped takes nobody else along who waits for the same answer', async () => {
  const {folder, context} = await localTask();
  const asked = join(folder, 'asked');
  const goOn = join(folder, 'go-on');
  const program = join(folder, 'asks');
  const lines = [
    `echo asked >>'${asked}'`,
    `while [ ! -e '${goOn}' ]; do sleep 0.05; done`,
    'echo bdsync-manager 0.5.0',
  ];
  await writeFile(program, ['#!/bin/sh', ...lines, ''].join('\n'), {mode: 0o755});
  const plan = {...context.plan, targetProgram: [program]};
  const pool = new HostPool({onTerminal: false});
  const [stopped, ours] = [new AbortController(), new AbortController()];
  const first = pool.farEnd(plan, stopped.signal);
  const others = [pool.farEnd(plan, ours.signal), pool.farEnd(plan, ours.signal)];
  await until('the program was asked', async () => (await readFile(asked, 'utf8').catch(() => '')) !== '');
  stopped.abort(new Error('stalled'));
  await expect(first).rejects.toMatchObject({code: 'cancelled'});
  await writeFile(goOn, '');
  for (const answer of await Promise.all(others)) expect(answer).toMatchObject({kind: 'ours'});
  // Once for the one that was stopped, and once for all others.
  expect((await readFile(asked, 'utf8')).trim().split('\n')).toHaveLength(2);
});
