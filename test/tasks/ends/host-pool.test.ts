import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {HostPool} from '#dist/tasks/ends/host-pool.js';
import {localTask} from '../../support/local-task.js';
import {until} from '../../support/until.js';

/** A program of which the answer is waited for, and a pool that knows nothing of it. */
async function waitingWorld() {
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
  return {
    farEnd: (signal: AbortSignal) => pool.farEnd(plan, signal),
    goOn: () => writeFile(goOn, ''),
    isAsked: () => until('the program was asked', async () => (await readFile(asked, 'utf8').catch(() => '')) !== ''),
    timesAsked: async () => (await readFile(asked, 'utf8')).trim().split('\n').length,
  };
}

test('a task that is stopped takes nobody else along who waits for the same answer', async () => {
  const {farEnd, goOn, isAsked, timesAsked} = await waitingWorld();
  const [stopped, ours] = [new AbortController(), new AbortController()];
  const first = farEnd(stopped.signal);
  const others = [farEnd(ours.signal), farEnd(ours.signal)];
  await isAsked();
  stopped.abort(new Error('stalled'));
  await expect(first).rejects.toMatchObject({code: 'cancelled'});
  await goOn();
  for (const answer of await Promise.all(others)) expect(answer).toMatchObject({kind: 'ours'});
  // Once for the one that was stopped, and once for all others.
  expect(await timesAsked()).toBe(2);
});

test('a task that is stopped does not wait for what another one asks', async () => {
  const {farEnd, goOn, isAsked, timesAsked} = await waitingWorld();
  const [first, ours] = [new AbortController(), new AbortController()];
  const asking = farEnd(first.signal);
  const waiting = farEnd(ours.signal);
  await isAsked();
  ours.abort(new Error('stalled'));
  await expect(waiting).rejects.toMatchObject({code: 'cancelled'});
  await expect(farEnd(ours.signal)).rejects.toMatchObject({code: 'cancelled'});
  await goOn();
  expect(await asking).toMatchObject({kind: 'ours'});
  expect(await timesAsked()).toBe(1);
});
