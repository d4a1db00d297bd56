import {once} from 'node:events';
import {setTimeout} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {WorkerCrew} from '#dist/bdsync/hash/worker-crew.js';

/** Code that a thread runs. */
function code(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

describe('WorkerCrew', () => {
  it('hands out the threads that it has, and then new ones', async () => {
    await using crew = new WorkerCrew(1);
    const taken = [crew.take(), crew.take()];
    expect(new Set(taken.map(({threadId}) => threadId)).size).toBe(2);
    await Promise.all(taken.map((worker) => worker.terminate()));
  });

  it('ends the threads that nobody took, and no others', async () => {
    const crew = new WorkerCrew(2, code('setInterval(() => {}, 1000)'));
    const taken = crew.take();
    await crew[Symbol.asyncDispose]();
    // A thread that has ended has no number any more.
    expect(taken.threadId).toBeGreaterThan(0);
    await taken.terminate();
  });

  it.each([
    ['fails', "throw new Error('no code')", 'error'],
    ['ends', '', 'exit'],
  ])('does not hand out a thread that %s while it waits', async (_, text, event) => {
    await using crew = new WorkerCrew(1, code(text));
    await setTimeout(300);
    // A thread that is gone would tell nothing any more.
    await once(crew.take(), event);
  });
});
